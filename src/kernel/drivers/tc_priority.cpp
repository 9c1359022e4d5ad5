// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/drivers/tc_priority.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::string_view operation = "choose tc priority";
constexpr std::uint32_t past_last = 65536;
constexpr std::uint32_t middle = 32768;
constexpr std::uint32_t spacing = 256;

// A number strictly between two others, or 0 where there is none: near the one to keep close to
// when there is plenty of room, half way otherwise.
std::uint16_t between(std::uint32_t low, std::uint32_t high, bool near_low) noexcept {
  if (high - low < 2) return 0;
  if (high - low > 2 * spacing) {
    return static_cast<std::uint16_t>(near_low ? low + spacing : high - spacing);
  }
  return static_cast<std::uint16_t>(low + (high - low) / 2);
}

bool is_anchor(const chain_entry& entry, const chain_entry& wanted) noexcept {
  if (wanted.tc_priority != 0) {
    return entry.tc_priority == wanted.tc_priority && entry.tc_handle == wanted.tc_handle;
  }
  return entry.program == wanted.program;
}

error no_room(std::uint32_t low, std::uint32_t high) {
  return error{errc::full, operation}
      .expected(fmt::format("a free tc priority between {} and {}", low, high))
      .found("none")
      .advice("move one of the neighbouring filters to another priority (tc filter)");
}

}  // namespace

result<std::uint16_t> choose_tc_priority(std::span<const std::uint16_t> taken,
                                         std::span<const chain_entry> entries,
                                         const anchor& where) {
  const bool relative = where.kind == anchor_kind::before || where.kind == anchor_kind::after;
  if (!relative && taken.empty()) return static_cast<std::uint16_t>(middle);

  std::uint32_t low = 0;
  std::uint32_t high = past_last;
  bool near_low = true;
  switch (where.kind) {
    case anchor_kind::unordered:
    case anchor_kind::last:
      low = taken.back();
      break;
    case anchor_kind::first:
      high = taken.front();
      near_low = false;
      break;
    case anchor_kind::before:
    case anchor_kind::after: {
      const auto found = std::find_if(
          entries.begin(), entries.end(),
          [&where](const chain_entry& entry) { return is_anchor(entry, where.relative_to); });
      if (found == entries.end()) {
        return error{errc::conflict, operation}
            .expected(fmt::format("program {} at priority {}", where.relative_to.program.value,
                                  where.relative_to.tc_priority))
            .found("no such filter any more");
      }
      const std::uint16_t fixed = found->tc_priority;
      if (where.kind == anchor_kind::before) {
        high = fixed;
        const auto next = std::lower_bound(taken.begin(), taken.end(), fixed);
        if (next != taken.begin()) low = *(next - 1);
        near_low = false;
      } else {
        low = fixed;
        const auto next = std::upper_bound(taken.begin(), taken.end(), fixed);
        if (next != taken.end()) high = *next;
      }
      break;
    }
  }
  if (const std::uint16_t chosen = between(low, high, near_low)) return chosen;
  return no_room(low, high);
}

}  // namespace linchpin::detail
