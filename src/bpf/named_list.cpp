// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/named_list.hpp>

#include <algorithm>
#include <numeric>

namespace linchpin::inline LINCHPIN_ABI::detail {

std::vector<std::uint32_t> sorted_by_name(std::span<const std::string_view> names) {
  std::vector<std::uint32_t> positions(names.size());
  std::iota(positions.begin(), positions.end(), 0U);
  std::sort(positions.begin(), positions.end(), [names](std::uint32_t left, std::uint32_t right) {
    return names[left] != names[right] ? names[left] < names[right] : left < right;
  });
  return positions;
}

}  // namespace linchpin::detail
