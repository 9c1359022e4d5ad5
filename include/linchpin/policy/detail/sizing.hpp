// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/sizing.hpp>

#include <cstdint>
#include <limits>

namespace linchpin::inline LINCHPIN_ABI {
namespace detail {

// include/uapi/linux/bpf.h: one LRU list for each CPU, so none can hoard from another.
inline constexpr std::uint32_t no_common_lru = 1U << 1;

inline bool grows_with_the_machine(uapi::map_type type) noexcept {
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

inline bool hoards(const map_view& map) noexcept {
  const bool lru =
      map.type == uapi::map_type::lru_hash || map.type == uapi::map_type::lru_percpu_hash;
  return lru && (map.flags & no_common_lru) == 0;
}

inline std::uint32_t times(std::uint32_t count, std::uint32_t cpus) noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t product = std::uint64_t{count} * cpus;
  return static_cast<std::uint32_t>(product < most ? product : most);
}

}  // namespace detail

namespace sizing {

inline map_shape fixed::size(const map_view& map, const machine_view&) const noexcept {
  for (const auto& wanted : sizes_) {
    if (wanted.map == map.name) return {wanted.max_entries, map.flags};
  }
  return {map.max_entries, map.flags};
}

inline map_shape per_cpu::size(const map_view& map, const machine_view& machine) const noexcept {
  // 0 says that the object leaves the size to somebody else; multiplying does not answer it.
  if (map.max_entries == 0 || !detail::grows_with_the_machine(map.type)) {
    return {map.max_entries, map.flags};
  }
  const auto entries = detail::times(map.max_entries, machine.possible_cpus);
  const auto floor =
      detail::hoards(map) ? detail::times(lru_floor_per_cpu, machine.possible_cpus) : 0;
  return {entries < floor ? floor : entries, map.flags};
}

}  // namespace sizing
}  // namespace linchpin
