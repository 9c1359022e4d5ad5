// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// The verbs of `kernel` that can fail, one for each of its functions but `facts`,
/// `privileges`, `pause` and `close`.
///
/// For fault plans and for counting calls.
enum class verb : std::uint8_t {
  resolve,
  load,
  attach,
  update,
  detach,
  query,
  find_sole_program,
  describe_program,
  describe_map,
  read_layout,
  describe_link,
  pin,
  open_pin,
  rename_pin,
  remove_pin,
  list_pins,
  write_blob,
  read_blob,
  read_map,
  write_map,
  erase_keys,
  write_variables,
  lock,
  check_lock,
  open_by_id,
  name_of,
  list_interfaces,
  list_links,
  wait_grace_period,
};

/// How many there are.
inline constexpr std::size_t verb_count = static_cast<std::size_t>(verb::wait_grace_period) + 1;

/// Its name as in `kernel`: "update", "rename_pin".
[[nodiscard]] LINCHPIN_EXPORT std::string_view verb_name(verb which) noexcept;

/// Whether the verb changes what other processes can observe. Locking does not.
[[nodiscard]] LINCHPIN_EXPORT bool is_write(verb which) noexcept;

/// How often each verb was called, failures included.
class LINCHPIN_EXPORT call_counts {
 public:
  /// Counts one call.
  void count(verb which) noexcept { ++counts_[static_cast<std::size_t>(which)]; }
  /// The calls of one verb.
  [[nodiscard]] std::uint64_t of(verb which) const noexcept {
    return counts_[static_cast<std::size_t>(which)];
  }
  /// The calls of all verbs.
  [[nodiscard]] std::uint64_t total() const noexcept;
  /// The calls of verbs that change something.
  [[nodiscard]] std::uint64_t writes() const noexcept;

 private:
  std::array<std::uint64_t, verb_count> counts_{};
};

}  // namespace linchpin::testing
