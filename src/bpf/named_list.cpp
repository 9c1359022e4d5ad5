// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/named_list.hpp>

#include <algorithm>
#include <numeric>

namespace linchpin::detail {

std::vector<std::uint32_t> sorted_by_name(std::span<const std::string_view> names) {
  std::vector<std::uint32_t> positions(names.size());
  std::iota(positions.begin(), positions.end(), 0U);
  std::sort(positions.begin(), positions.end(), [names](std::uint32_t one, std::uint32_t other) {
    return names[one] != names[other] ? names[one] < names[other] : one < other;
  });
  return positions;
}

}  // namespace linchpin::detail
