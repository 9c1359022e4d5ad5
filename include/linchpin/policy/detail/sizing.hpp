// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/sizing.hpp>

#include <algorithm>
#include <limits>

namespace linchpin::inline LINCHPIN_ABI::sizing {

namespace {

// include/uapi/linux/bpf.h: one LRU list for each CPU, so none can hoard from another.
constexpr std::uint32_t no_common_lru = 1U << 1;

bool grows_with_the_machine(uapi::map_type type) noexcept {
  switch (type) {
    case uapi::map_type::hash:
    case uapi::map_type::percpu_hash:
    case uapi::map_type::lru_hash:
    case uapi::map_type::lru_percpu_hash:
    case uapi::map_type::lpm_trie:
      return true;
    default:
      return false;
  }
}

bool hoards(const map_view& map) noexcept {
  const bool lru =
      map.type == uapi::map_type::lru_hash || map.type == uapi::map_type::lru_percpu_hash;
  return lru && (map.flags & no_common_lru) == 0;
}

std::uint32_t times(std::uint32_t count, std::uint32_t cpus) noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(std::uint64_t{count} * cpus, most));
}

}  // namespace

map_shape fixed::size(const map_view& map, const machine_view&) const noexcept {
  for (const auto& wanted : sizes_) {
    if (wanted.map == map.name) return {wanted.max_entries, map.flags};
  }
  return {map.max_entries, map.flags};
}

map_shape per_cpu::size(const map_view& map, const machine_view& machine) const noexcept {
  // 0 says that the object leaves the size to somebody else; multiplying does not answer it.
  if (map.max_entries == 0 || !grows_with_the_machine(map.type)) {
    return {map.max_entries, map.flags};
  }
  auto entries = times(map.max_entries, machine.possible_cpus);
  if (hoards(map)) entries = std::max(entries, times(lru_floor_per_cpu, machine.possible_cpus));
  return {entries, map.flags};
}

}  // namespace linchpin::sizing
