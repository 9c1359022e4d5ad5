// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/hook_driver.hpp>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/try.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// One more than the last tc priority that a filter can have. Filters run in ascending priority,
/// from 1.
inline constexpr std::uint32_t past_last_priority = 65536;

/// Chooses a free tc priority for a filter that is to run at a place among the eBPF programs. No
/// other code chooses one.
///
/// Gaps of 256 are left where there is room, so that others fit in later. A filter that is not an
/// eBPF program keeps its number; it runs on the side of the new one that leaves a number free.
/// \param index how many of the eBPF programs run before the new one
/// \param kind  `first` and `last` go beyond all other filters too where there is room; `before`
///   and `after` keep close to the program on that side
/// errors: full when no number is free there
[[nodiscard]] result<std::uint16_t> choose_tc_priority(const numbers_taken& taken,
                                                       std::size_t index, anchor_kind kind);

/// The priority for a filter that is to stand where the anchor says: the one that it names, or else
/// a free one.
/// errors: conflict when the anchor's filter is not there, or the priority that it names is taken
///   or no longer at that place; full when no number is free there
[[nodiscard]] result<std::uint16_t> tc_priority_at(const chain& seen, const anchor& where);

inline constexpr std::string_view choosing_priority = "choose tc priority";

// A number strictly between two others, or 0 where there is none. Where there is plenty of room it
// is near the one to keep close to, otherwise half way.
inline std::uint16_t tc_priority_between(std::uint32_t low, std::uint32_t high,
                                         bool near_low) noexcept {
  if (high - low < 2) return 0;
  if (high - low > 2 * tc_priority_spacing) {
    return static_cast<std::uint16_t>(near_low ? low + tc_priority_spacing
                                               : high - tc_priority_spacing);
  }
  return static_cast<std::uint16_t>(low + (high - low) / 2);
}

inline error no_tc_priority(std::uint32_t low, std::uint32_t high) {
  return error{errc::full, choosing_priority}
      .expected(fmt::format("a free tc priority between {} and {}", low, high))
      .found("none")
      .advice("move one of the neighbouring filters to another priority (tc filter)");
}

inline bool is_filter_anchor(const chain_entry& entry, const chain_entry& wanted) noexcept {
  if (wanted.tc_priority != 0) {
    return entry.tc_priority == wanted.tc_priority && entry.tc_handle == wanted.tc_handle;
  }
  return entry.program == wanted.program;
}

// How many of the programs run before one that is placed there.
inline result<std::size_t> filters_before(const std::vector<chain_entry>& entries,
                                          const anchor& where) {
  if (where.kind == anchor_kind::first) return std::size_t{0};
  if (where.kind == anchor_kind::unordered || where.kind == anchor_kind::last) {
    return entries.size();
  }
  const auto found = std::find_if(entries.begin(), entries.end(), [&where](const auto& entry) {
    return is_filter_anchor(entry, where.relative_to);
  });
  if (found == entries.end()) {
    return error{errc::conflict, choosing_priority}
        .expected(fmt::format("program {} at priority {}", where.relative_to.program.value,
                              where.relative_to.tc_priority))
        .found("no such filter any more")
        .advice("observe and plan again");
  }
  const auto index = static_cast<std::size_t>(found - entries.begin());
  return where.kind == anchor_kind::before ? index : index + 1;
}

inline result<std::uint16_t> check_tc_priority(const numbers_taken& taken, std::size_t index,
                                               std::uint16_t wanted) {
  const auto& programs = taken.programs;
  const bool free = !std::binary_search(programs.begin(), programs.end(), wanted) &&
                    !std::binary_search(taken.others.begin(), taken.others.end(), wanted);
  const bool behind = index == 0 || programs[index - 1] < wanted;
  const bool in_front = index == programs.size() || wanted < programs[index];
  if (behind && in_front && free) return wanted;
  return error{errc::conflict, choosing_priority}
      .expected(fmt::format("tc priority {} free, at its place in the chain", wanted))
      .found(free ? "a chain that somebody changed meanwhile" : "a filter of that priority")
      .advice("observe and plan again");
}

inline result<std::uint16_t> choose_tc_priority(const numbers_taken& taken, std::size_t index,
                                                anchor_kind kind) {
  const auto& programs = taken.programs;
  if (programs.empty() && taken.others.empty())
    return static_cast<std::uint16_t>(middle_tc_priority);
  const std::uint32_t low = index == 0 ? 0 : programs[index - 1];
  const std::uint32_t high = index == programs.size() ? past_last_priority : programs[index];

  // Filters that are no eBPF programs split the free numbers into ranges.
  std::vector<std::uint32_t> ends{low};
  for (const auto other : taken.others) {
    if (low < other && other < high) ends.push_back(other);
  }
  ends.push_back(high);
  const std::size_t ranges = ends.size() - 1;
  const bool last = kind == anchor_kind::last || kind == anchor_kind::unordered;
  const bool near_low = last || kind == anchor_kind::after;
  const bool from_low = kind == anchor_kind::first || kind == anchor_kind::after;
  for (std::size_t i = 0; i < ranges; ++i) {
    const std::size_t range = from_low ? i : ranges - 1 - i;
    if (const auto chosen = tc_priority_between(ends[range], ends[range + 1], near_low))
      return chosen;
  }
  return no_tc_priority(low, high);
}

inline result<std::uint16_t> tc_priority_at(const chain& seen, const anchor& where) {
  LINCHPIN_TRY(const std::size_t index, filters_before(seen.entries, where));
  std::vector<std::uint16_t> programs;
  programs.reserve(seen.entries.size());
  for (const auto& entry : seen.entries) programs.push_back(entry.tc_priority);
  const numbers_taken taken{programs, seen.other_priorities};
  if (where.tc_priority != 0) return check_tc_priority(taken, index, where.tc_priority);
  return choose_tc_priority(taken, index, where.kind);
}

}  // namespace linchpin::detail
