// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Why a journal is not followed for a component that is on record: it is older than the record, or
/// another store's.
/// returns: empty where it is followed. Asked again after the journal was followed, it is still
///   empty.
[[nodiscard]] std::string_view why_not_followed(std::uint64_t serial, const journal_change& told,
                                                const component_record& record);

/// The transaction of a process that died, as far as the journal and the pins tell; or one
/// component's part of a transaction that could be neither finished nor undone for it.
class cut_short {
 public:
  explicit cut_short(running_state& state) : in_(state) {}

  void read(const journal& from);
  /// Reads the journal of a process of the first version, which lists attachments and no steps.
  [[nodiscard]] result<void> read(const journal_1& from, bool committed);

  /// Undoes what was done, newest first.
  void go_back(undoing how);
  void go_forward();
  /// The components for which that did not succeed, each with its first error.
  [[nodiscard]] const std::vector<step_failure>& failed() const noexcept { return in_.failed; }

  /// Adds the components whose next generation a hook may have run, until it was undone.
  void add_ran(std::set<std::string>& to) const;
  /// Says which maps lost entries: what the next generation wrote into its own copies since the
  /// switch.
  /// \param ran the components whose next generation ran at all, as this try and those before it saw
  [[nodiscard]] std::string lost_entries(const std::set<std::string>& ran) const;
  [[nodiscard]] std::string left_alone() const;

 private:
  [[nodiscard]] std::span<const step> before_commit() const;
  [[nodiscard]] const component_record* found(std::string_view name) const;
  void read_change(const journal_change& from);
  void read_step(const step_record& from);
  [[nodiscard]] bool sound(const step& step) const;
  [[nodiscard]] result<void> check_removal(const journal_change& from) const;
  result<void> open_generations(component_change& change);
  void number_changes();

  // ---- cut_short_1.cpp
  void add(step_kind kind, std::uint32_t change, std::uint32_t before = no_index,
           std::uint32_t after = no_index, std::uint64_t number = 0);
  result<void> read_ending(const journal_component_1& from);
  result<void> read_beginning(const journal_component_1& from);
  [[nodiscard]] step_place place_by_rank(std::string_view component,
                                         const attachment_record& record,
                                         const journal_component_1& from) const;

  execution in_;
  std::list<component_record> records_;
  std::set<std::string> recorded_;      // components whose new record is written already
  std::set<std::string> not_followed_;  // components for which the journal is not followed
};

}  // namespace linchpin
