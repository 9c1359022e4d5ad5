// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/order.hpp>

#include <compare>

namespace linchpin::inline LINCHPIN_ABI {
namespace detail {

inline std::strong_ordering rank(const chain_member& member, const program_view& self) noexcept {
  if (const auto by_priority = member.priority <=> self.priority; by_priority != 0)
    return by_priority;
  if (const auto by_component = member.component <=> self.component; by_component != 0)
    return by_component;
  return member.name <=> self.program.substr(0, kernel_name_length);
}

}  // namespace detail

namespace order {

inline placement priority::place(const program_view& self, std::span<const chain_member> others,
                                 std::optional<std::size_t> current) const noexcept {
  std::optional<std::size_t> last_before;
  std::optional<std::size_t> first_after;
  for (std::size_t index = 0; index < others.size(); ++index) {
    if (!others[index].ours) continue;
    const auto theirs = detail::rank(others[index], self);
    if (theirs < 0) last_before = index;
    if (theirs > 0 && !first_after) first_after = index;
  }

  if (current) {
    const bool after_all_before = !last_before || *last_before < *current;
    const bool before_all_after = !first_after || *current <= *first_after;
    if (after_all_before && before_all_after) return {placement::kind::stay};
    // Others of ours are out of order: it is their turn to move if this one has its anchor.
    if (last_before && *current == *last_before + 1) return {placement::kind::stay};
  }
  if (last_before) return {placement::kind::after, *last_before};
  if (first_after) return {placement::kind::before, *first_after};
  return {placement::kind::last};
}

}  // namespace order
}  // namespace linchpin
