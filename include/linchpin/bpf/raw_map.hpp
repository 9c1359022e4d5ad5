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

/// Which keys a write may touch. An LPM trie of 5.10 overwrites even with `only_missing`.
/// source: BPF_ANY, BPF_NOEXIST, BPF_EXIST
enum class write_mode : std::uint64_t { any = 0, only_missing = 1, only_existing = 2 };

/// Entries as parallel arrays of whole keys and whole values.
struct raw_entries {
  std::vector<std::byte> keys;
  std::vector<std::byte> values;
};

/// The entries of any map, as bytes. A value of a per-CPU map is one slot for each possible CPU,
/// each rounded up to 8 bytes.
///
/// ownership: borrows the map.
/// threads: as many as like; the kernel orders them.
class raw_map {
 public:
  /// Entries in one batch. source: measured; from 64 up the size hardly matters
  static constexpr std::uint32_t default_batch = 1024;

  /// errors: wrong_type when the descriptor is not a map's. cost: 1 syscall.
  [[nodiscard]] static result<raw_map> over(map_ref live);

  [[nodiscard]] map_ref ref() const noexcept { return map_; }
  [[nodiscard]] uapi::map_type type() const noexcept { return type_; }
  [[nodiscard]] std::size_t key_size() const noexcept { return key_size_; }
  /// Bytes of one entry's value, all slots of a per-CPU value included.
  [[nodiscard]] std::size_t value_size() const noexcept { return value_size_; }
  [[nodiscard]] std::uint32_t max_entries() const noexcept { return max_entries_; }

  // One entry. errors of all: invalid_argument when a span has not the map's size. cost: 1 syscall.

  /// returns: whether the key is there.
  [[nodiscard]] result<bool> lookup(std::span<const std::byte> key,
                                    std::span<std::byte> value) const;
  /// errors: full; already_exists (only_missing); not_found (only_existing); permission_denied for
  ///   a frozen map.
  [[nodiscard]] result<void> update(std::span<const std::byte> key,
                                    std::span<const std::byte> value,
                                    write_mode mode = write_mode::any) const;
  /// returns: whether the key was there.
  [[nodiscard]] result<bool> erase(std::span<const std::byte> key) const;

  // Many entries. Uses batches where this kernel has them for this map type, of `batch` entries
  // (more where one hash bucket does not fit), and single calls where not. cost: about one syscall
  // for each batch, or one to two for each entry. These are templates, so that only callers compile
  // them.

  /// Every entry, each key once, also while others write: entries that stay throughout are
  /// returned; those that come or go meanwhile may be or not. An LPM trie (and on Linux 5.10 a
  /// hash_of_maps) has to be walked key by key, where the kernel can pass over entries that stay
  /// while others write beside them; it is walked up to three times, so that hardly any is missed.
  /// errors: conflict when others erase so fast that a walk without batches does not get through.
  template <class Batch = std::uint32_t>
  [[nodiscard]] result<raw_entries> read(std::type_identity_t<Batch> batch = default_batch) const;
  /// Writes entries in order. With `only_missing` and `only_existing`, keys that do not qualify are
  /// left alone; that is no error.
  /// returns: how many were written. errors: full and others, with how many in `found`.
  template <class Batch = std::uint32_t>
  [[nodiscard]] result<std::size_t> write(std::span<const std::byte> keys,
                                          std::span<const std::byte> values,
                                          write_mode mode = write_mode::any,
                                          std::type_identity_t<Batch> batch = default_batch) const;
  /// returns: how many of the keys were there.
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
