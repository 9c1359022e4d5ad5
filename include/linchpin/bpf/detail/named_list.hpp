// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/named_list.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline std::vector<std::uint32_t> sorted_by_name(std::span<const std::string_view> names) {
  std::vector<std::uint32_t> positions;
  positions.reserve(names.size());
  for (std::uint32_t position = 0; position < names.size(); ++position) {
    // Lists are short, and what is moved are numbers.
    std::size_t low = 0;
    std::size_t high = positions.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (names[position] < names[positions[middle]]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    positions.insert(positions.begin() + static_cast<std::ptrdiff_t>(low), position);
  }
  return positions;
}

}  // namespace linchpin::detail
