// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"

// Maps that cannot be made because of a limit on locked memory, which kernels until 5.10 charge
// them to.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::uint32_t no_prealloc = 1U << 0;

std::uint64_t in_words(std::uint64_t bytes) noexcept {
  return (bytes + 7) / 8 * 8;
}

// What the entries of a map take at least from its start on; 0 where they come one by one.
std::uint64_t least_bytes(const map_spec& map, std::uint32_t cpus) noexcept {
  using enum uapi::map_type;
  const std::uint64_t entries = map.max_entries;
  const auto value = in_words(map.value_size), key = in_words(map.key_size);
  const bool prealloc = (map.flags & no_prealloc) == 0;
  switch (map.type) {
    case array:
      return entries * value;
    case percpu_array:
      return entries * value * cpus;
    case hash:
      return prealloc ? entries * (key + value) : 0;
    case percpu_hash:
      return prealloc ? entries * (key + value * cpus) : 0;
    case lru_hash:
      return entries * (key + value);
    case lru_percpu_hash:
      return entries * (key + value * cpus);
    case ringbuf:
      return entries;
    default:
      return 0;
  }
}

std::string in_kib(std::uint64_t bytes) {
  return fmt::format("{} KiB", (bytes + 1023) / 1024);
}

}  // namespace

// The kernel charges more: its own parts of each map, programs, and what this user has already.
std::optional<error> decider::lacking_memlock(const planned_component& whole) const {
  const auto limit = seen_.privileges.memlock_bytes;
  if (limit == 0 || !seen_.facts.memlock.is_yes() || !whole.builds()) return std::nullopt;
  std::uint64_t all = 0;
  const planned_map* largest = nullptr;
  std::uint64_t most = 0;
  for (const auto& map : whole.maps) {
    if (map.running) continue;
    const auto bytes = least_bytes(map.spec, seen_.facts.possible_cpus);
    all += bytes;
    if (bytes <= most) continue;
    most = bytes;
    largest = &map;
  }
  if (all <= limit) return std::nullopt;
  return error{errc::permission_denied, "plan",
               fmt::format("component {}, map {}", whole.name, largest->spec.name)}
      .expected(fmt::format("{} of locked memory at least, {} of them for this map", in_kib(all),
                            in_kib(most)))
      .found(fmt::format("RLIMIT_MEMLOCK is {}, to which this kernel charges maps, and this thread "
                         "may not raise it",
                         in_kib(limit)))
      .advice("raise RLIMIT_MEMLOCK, grant CAP_SYS_RESOURCE, or ask for smaller maps");
}

}  // namespace linchpin
