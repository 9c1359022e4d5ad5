// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/journal.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

using names = std::vector<std::string>;

[[nodiscard]] bool contains(const names& all, std::string_view name);
/// The cause in an error of reading, without its operation and subject: those are said once for the
/// record.
[[nodiscard]] std::string text_of_damage(const error& why);

/// What reading a record's pin gave: nothing where there is no pin, its bytes, or why they cannot
/// be had.
struct raw_record {
  std::optional<std::vector<std::byte>> content;
  std::optional<error> damage;
  bool for_now = false;  ///< the damage: what the kernel answered this time, about any pin
};

/// Whether the names in a generation's directory include programs or maps, and not others' names
/// alone.
[[nodiscard]] bool holds_programs_or_maps(const names& inside);

/// Links and generations that a component's record does not tell of.
/// \param listed the names in its directory
[[nodiscard]] names find_strays(kernel& kernel, const std::string& directory,
                                const component_record& record, const names& listed);

/// \param listed the names in its directory; absent where they cannot be had
[[nodiscard]] raw_record read_raw(kernel& kernel, const std::string& path,
                                  const std::optional<names>& listed, std::string_view pin);

template <class Record>
[[nodiscard]] std::optional<error> take(result<Record> decoded, std::optional<Record>& into) {
  if (!decoded) return std::move(decoded).error();
  into = *std::move(decoded);
  return {};
}

/// One of a component's two copies.
struct record_copy {
  std::string_view pin;
  std::optional<component_record> record;
  std::optional<error> damage;
  bool for_now = false;
};

/// What could be read of a component's directory. Whatever goes wrong there concerns this component
/// alone.
struct component_files {
  std::optional<names> listed;  ///< absent when it cannot be listed
  std::vector<record_copy> copies;
  std::optional<journal> unfinished;
  bool unfinished_there = false;
  std::vector<std::string> problems;
  std::optional<error> unread;  ///< as store::found_component::unread

  [[nodiscard]] bool readable() const;
  /// Whether something of ours stands at one of the names that only we use.
  [[nodiscard]] bool evident() const;
};

/// \param root the name of the store, for problems
[[nodiscard]] component_files read_files(kernel& kernel, const std::string& through,
                                         const std::string& root, const std::string& name);

}  // namespace linchpin::detail
