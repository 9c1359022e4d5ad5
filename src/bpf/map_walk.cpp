// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/detail/element.hpp>

#include "bpf/batch.hpp"
#include "bpf/syscall.hpp"
#include "core/try.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

namespace linchpin::detail {

namespace {

// How often a walk may meet keys it has seen, as a multiple of the map's size, before it gives up.
constexpr std::uint64_t patience = 64;

}  // namespace

// When somebody erases the key the walk stands on, the kernel goes on from the first key. The walk
// then passes the keys it has seen, without taking them twice, and goes on until the kernel says
// that it is at the end: whatever stayed in the map throughout has been passed by then.
result<raw_entries> read_by_walk(const raw_map& from) {
  raw_entries entries;
  std::unordered_set<std::string> seen;
  std::string key(from.key_size(), '\0');
  std::string next(from.key_size(), '\0');
  std::vector<std::byte> value(from.value_size());
  const void* current = nullptr;
  std::uint64_t repeats = 0;
  const std::uint64_t most_repeats = patience * (std::uint64_t{from.max_entries()} + 1);
  for (;;) {
    const int got =
        element_call(element_command::next_key, from.ref().fd(), current, next.data(), 0);
    if (got == -ENOENT) return entries;
    if (got < 0) return element_error(got, "walk map");
    key.swap(next);
    current = key.data();
    if (!seen.insert(key).second) {
      if (++repeats <= most_repeats) continue;
      return error{errc::conflict, "walk map"}
          .found(
              fmt::format("the walk was thrown back {} times by entries erased under it", repeats))
          .advice("read again when fewer entries are erased, or use a map type that has batches");
    }
    const auto* bytes = reinterpret_cast<const std::byte*>(key.data());
    LINCHPIN_TRY(const bool there, from.lookup({bytes, key.size()}, value));
    if (!there) continue;
    entries.keys.insert(entries.keys.end(), bytes, bytes + key.size());
    entries.values.insert(entries.values.end(), value.begin(), value.end());
  }
}

}  // namespace linchpin::detail
