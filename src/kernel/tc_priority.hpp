// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// One more than the last tc priority that a filter can have.
inline constexpr std::uint32_t past_last_priority = 65536;

/// The tc priorities that filters have at one hook. Filters run in ascending priority, 1 to 65535.
struct tc_priorities {
  std::span<const std::uint16_t> programs;  ///< of eBPF programs, in run order
  std::span<const std::uint16_t> others;    ///< of all other filters, ascending
};

/// Chooses a free tc priority for a filter that is to run at a place among the eBPF programs. The
/// only place where one is chosen.
///
/// Gaps of 256 are left where there is room, so that others fit in later. A filter that is not an eBPF
/// program keeps its number; it runs on the side of the new one that leaves a number free.
/// \param index how many of the eBPF programs run before the new one
/// \param kind  `first` and `last` go beyond all other filters too where there is room; `before` and
///   `after` keep close to the program on that side
/// errors: full when no number is free there
[[nodiscard]] result<std::uint16_t> choose_tc_priority(const tc_priorities& taken,
                                                       std::size_t index, anchor_kind kind);

/// The priority for a filter that is to stand where the anchor says: the one that it names, or else a
/// free one.
/// errors: conflict when the anchor's filter is not there, or the priority that it names is taken or
///   no longer at that place; full when no number is free there
[[nodiscard]] result<std::uint16_t> tc_priority_at(const chain& seen, const anchor& where);

}  // namespace linchpin::detail
