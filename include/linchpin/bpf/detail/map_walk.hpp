// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/batch.hpp>
#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/detail/key_set.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace walking {

// Walks a map key by key (BPF_MAP_GET_NEXT_KEY). Beside a writer the kernel can pass over entries
// that stay, and nothing reports it. In a trie this happens when a node above the current key comes
// or goes: the kernel then passes over what hangs beside that key (kernel/bpf/lpm_trie.c,
// trie_get_next_key; seen in one of 70 walks over 2,000 entries beside a busy writer). In a hash
// map it happens when the current element is freed and used again in another bucket
// (kernel/bpf/hashtab.c, htab_map_get_next_key; in one of 40,000). Therefore a map is walked until
// a walk finds nothing more, but at most `most_walks` times: an entry that stays is missing only if
// each of the walks passes over it.
template <class Map>
class walker {
 public:
  explicit walker(const Map& from) : from_(from), value_(from.value_size()), seen_(from) {}

  /// Adds the entries that were not seen before. When somebody erases the key that the walk stands
  /// on, the kernel starts again at the first key; the walk then ignores the keys that it has seen,
  /// until the kernel reports the end.
  /// returns: how many it added.
  result<std::size_t> walk_once() {
    std::vector<std::byte> key(from_.key_size());
    std::vector<std::byte> next(from_.key_size());
    const void* current = nullptr;
    std::size_t added = 0;
    std::uint64_t repeats = 0;
    const std::uint64_t most_repeats = walk_patience * (std::uint64_t{from_.max_entries()} + 1);
    for (;;) {
      const int got =
          element_call(element_command::next_key, from_.ref().fd(), current, next.data(), 0);
      if (got == -ENOENT) return added;
      if (got < 0) return element_error(got, "walk map");
      key.swap(next);
      current = key.data();
      if (!seen_.insert(key.data())) {
        if (++repeats <= most_repeats) continue;
        return error{errc::conflict, "walk map"}
            .found(detail::composed(
                {"the walk was thrown back ", repeats, " times by entries erased under it"}))
            .advice("read again when fewer entries are erased, or use a map type that has batches");
      }
      LINCHPIN_TRY(const bool there, take(key.data()));
      added += there ? 1 : 0;
    }
  }

  raw_entries entries;

 private:
  result<bool> take(const std::byte* key) {
    LINCHPIN_TRY(const bool there, from_.lookup({key, from_.key_size()}, value_));
    if (!there) return false;
    append(entries.keys, key, from_.key_size());
    append(entries.values, value_.data(), value_.size());
    return true;
  }

  static void append(std::vector<std::byte>& to, const std::byte* bytes, std::size_t size) {
    const std::size_t before = to.size();
    to.resize(before + size);
    std::memcpy(to.data() + before, bytes, size);
  }

  const Map& from_;
  std::vector<std::byte> value_;
  key_set<Map> seen_;
};

}  // namespace walking

/// Reads every entry key by key, each once, whatever others erase meanwhile. Beside busy writers
/// this can miss entries of a trie or a hash map that stay, though hardly ever: see `walker`.
template <class Map>
result<raw_entries> read_by_walk(const Map& from) {
  walking::walker<Map> walking{from};
  for (int walk = 0; walk < most_walks; ++walk) {
    LINCHPIN_TRY(const std::size_t added, walking.walk_once());
    if (added == 0) break;
  }
  return std::move(walking.entries);
}

}  // namespace linchpin::detail
