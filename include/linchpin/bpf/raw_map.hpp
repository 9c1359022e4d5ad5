// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/map.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Which keys a write may touch: all, those that are not there, or those that are there.
///
/// kernel: an LPM trie of 5.10 overwrites even with `only_missing`
/// source: BPF_ANY, BPF_NOEXIST, BPF_EXIST
enum class write_mode : std::uint64_t { any = 0, only_missing = 1, only_existing = 2 };

/// Entries as two parallel arrays, of `key_size` and of `value_size` bytes for each entry.
struct raw_entries {
  std::vector<std::byte> keys;
  std::vector<std::byte> values;
};

/// The entries of any map, as bytes. A value of a per-CPU map is one slot for each possible CPU,
/// each rounded up to 8 bytes.
///
/// ownership: borrows the map, whose descriptor must stay open for as long as this is used.
/// threads: any number at once; the kernel orders the accesses.
class raw_map {
 public:
  /// How many entries one batch has unless the caller says otherwise.
  /// source: measured; from 64 up the size hardly matters
  static constexpr std::uint32_t default_batch = 1024;

  /// A view of the entries of a map of any type.
  /// errors: wrong_type when the descriptor is not a map's; as `possible_cpus` for a per-CPU map.
  /// cost: 1 syscall
  [[nodiscard]] static result<raw_map> over(map_ref live);

  /// The map, for calls that are not about entries.
  [[nodiscard]] map_ref ref() const noexcept { return map_; }
  /// The type of the map, which decides what its entries can do.
  [[nodiscard]] uapi::map_type type() const noexcept { return type_; }
  /// Bytes of one key; 0 for maps without keys, such as queues.
  [[nodiscard]] std::size_t key_size() const noexcept { return key_size_; }
  /// Bytes of one entry's value, all slots of a per-CPU value included.
  [[nodiscard]] std::size_t value_size() const noexcept { return value_size_; }
  /// How many entries fit, as the map was created.
  [[nodiscard]] std::uint32_t max_entries() const noexcept { return max_entries_; }

  // One entry. errors of all: invalid_argument when a span is not as large as the map's key or
  // value; permission_denied for a map that may not be read or written from user space. cost: 1
  // syscall.

  /// Reads one value.
  /// \param value receives it; left alone where the key is not there
  /// returns: whether the key is there.
  /// source: BPF_MAP_LOOKUP_ELEM
  [[nodiscard]] result<bool> lookup(std::span<const std::byte> key,
                                    std::span<std::byte> value) const;
  /// Writes one value.
  /// errors: full; already_exists (only_missing); not_found (only_existing); permission_denied for
  ///   a frozen map.
  /// source: BPF_MAP_UPDATE_ELEM
  [[nodiscard]] result<void> update(std::span<const std::byte> key,
                                    std::span<const std::byte> value,
                                    write_mode mode = write_mode::any) const;
  /// Erases one entry.
  /// returns: whether the key was there.
  /// errors: invalid_argument for arrays, whose entries are always there.
  /// source: BPF_MAP_DELETE_ELEM
  [[nodiscard]] result<bool> erase(std::span<const std::byte> key) const;

  // Many entries. Where this kernel has batches for the map type, these use batches of `batch`
  // entries (more where one hash bucket does not fit); where it has none, single calls. cost: about
  // one syscall for each batch, or one to two for each entry. They are templates, so that only
  // programs that call them compile them.

  /// Reads every entry, each key once, also while others write: an entry that stays throughout is
  /// returned; one that comes or goes meanwhile may or may not be.
  ///
  /// An LPM trie (and on Linux 5.10 a hash_of_maps) has to be walked key by key. Beside a busy
  /// writer the kernel can then pass over entries that stay; the map is walked up to three times,
  /// so that hardly any is missed.
  /// errors: conflict when others erase so fast that a walk without batches does not get through.
  /// source: BPF_MAP_LOOKUP_BATCH, BPF_MAP_GET_NEXT_KEY
  template <class Batch = std::uint32_t>
  [[nodiscard]] result<raw_entries> read(std::type_identity_t<Batch> batch = default_batch) const;
  /// Writes entries in order. With `only_missing` and `only_existing`, keys that do not qualify are
  /// left alone; that is no error.
  /// \param keys whole keys, one behind the other; `values` as many whole values
  /// returns: how many were written.
  /// errors: invalid_argument for spans that do not fit; full and others, with how many were
  ///   written before in `found`: those stay written.
  /// source: BPF_MAP_UPDATE_BATCH
  template <class Batch = std::uint32_t>
  [[nodiscard]] result<std::size_t> write(std::span<const std::byte> keys,
                                          std::span<const std::byte> values,
                                          write_mode mode = write_mode::any,
                                          std::type_identity_t<Batch> batch = default_batch) const;
  /// Erases the entries of the given keys. A key that is not there is no error.
  /// \param keys whole keys, one behind the other
  /// returns: how many of the keys were there.
  /// errors: invalid_argument for a span that does not fit; others, with how many were erased
  ///   before in `found`.
  /// source: BPF_MAP_DELETE_BATCH
  template <class Batch = std::uint32_t>
  [[nodiscard]] result<std::size_t> erase_many(
      std::span<const std::byte> keys, std::type_identity_t<Batch> batch = default_batch) const;

 private:
  raw_map() = default;
  map_ref map_;
  uapi::map_type type_{};
  std::size_t key_size_ = 0;
  std::size_t value_size_ = 0;
  std::uint32_t max_entries_ = 0;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/batch_read.hpp>
#include <linchpin/bpf/detail/batch_write.hpp>
#include <linchpin/bpf/detail/map_walk.hpp>
#include <linchpin/bpf/detail/raw_map.hpp>
