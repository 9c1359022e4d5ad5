// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/plan.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/execution.hpp"
#include "engine/take_over.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// A plan carried out: all of it or none of it.
///
/// Every step up to the commit has an inverse, and a failure runs them, newest first. The commit is
/// the journal that says so. Steps after it are finished: now, by the next call, or by the next
/// process.
class transaction {
 public:
  /// \param after the records of the plan's components, from `records_of` or `take_records`
  transaction(running_state& state, const decisions& policies, const plan& what,
              std::vector<component_record> after, apply_observer* watching);
  /// What will be on record for each component of a plan. `take_records` moves the records out of a
  /// plan that is no longer needed: a record may tell of thousands of hooks.
  [[nodiscard]] static std::vector<component_record> records_of(const plan& what);
  [[nodiscard]] static std::vector<component_record> take_records(plan& what);

  [[nodiscard]] result<apply_report> run();
  /// The component that the recovery policy would go on without; empty where it would not, and
  /// where undoing could not put everything back.
  [[nodiscard]] std::string given_up() const {
    return in_.not_restored.empty() ? given_up_ : std::string{};
  }

 private:
  void add_change(const planned_component& planned, component_record after);
  void add_removal(const std::string& name);
  result<void> perform_or_undo();
  result<void> perform_up_to_the_commit();
  result<void> perform(const step& which, std::size_t number);
  result<void> write_journal(journal_phase phase);
  void fill_index();
  [[nodiscard]] bool durable(const step& which) const noexcept;
  error roll_back(error cause);
  [[nodiscard]] std::string what_runs() const;
  error stranded(error cause, std::string_view running, std::string_view next_call) const;
  result<apply_report> commit();
  result<void> commit_journal();
  result<void> finish();
  void take_over() noexcept;
  [[nodiscard]] recovery_answer ask(const step& which, const error& failed,
                                    std::uint32_t attempt) const;

  running_state& state_;
  const decisions& policies_;
  const plan& plan_;
  apply_observer* watching_;
  execution in_;
  journal_draft draft_;
  std::optional<std::vector<std::string>> next_policies_;  ///< where they are others than before
  successor successor_;
  std::shared_ptr<doubtful_commit> doubt_;
  std::string given_up_;
  std::size_t before_commit_ = 0;  ///< how many steps come before it
  std::size_t begun_ = 0;          ///< steps that may have taken effect
  std::size_t switched_ = 0;       ///< hooks that were switched and verified
  bool journals_ = false;          ///< something durable changes
  bool journaled_ = false;
};

/// The journal of what is to be done, for the next process. It borrows from `in`.
[[nodiscard]] journal_draft draft_of(const execution& in);

}  // namespace linchpin
