// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/typed_map.hpp>

#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The entries of a per-CPU map. A value is one V for each possible CPU, also for CPUs that are
/// offline; the index is the number of the CPU.
///
/// ownership: borrows the map, whose descriptor must stay open for as long as this is used.
/// threads: any number at once. A read is no snapshot: the CPUs go on counting while it copies
///   their values one after the other.
/// \tparam K as large as the map's key
/// \tparam V as large as the map's value
template <map_key K, map_value V>
class percpu_map {
 public:
  /// One entry: a key, and a value for each possible CPU.
  struct entry {
    K key{};
    std::vector<V> values;
  };

  /// A view of the entries of a map. Sizes are compared, fields are not: `check_layout` does that.
  /// errors: layout_mismatch when the map's key or value has another size; wrong_type for a map
  ///   that is not per CPU; as `possible_cpus`.
  /// cost: 2 syscalls
  [[nodiscard]] static result<percpu_map> over(map_ref live) {
    auto raw = detail::fitting(live, sizeof(K), sizeof(V), true);
    if (!raw) return std::move(raw).error();
    return percpu_map{*raw};
  }

  /// The map, for calls that are not about entries.
  [[nodiscard]] map_ref ref() const noexcept { return raw_.ref(); }
  /// The same entries as bytes, the slots of all CPUs one behind the other.
  [[nodiscard]] const raw_map& raw() const noexcept { return raw_; }
  /// How many values an entry has: one for each possible CPU.
  [[nodiscard]] std::size_t cpus() const noexcept { return raw_.value_size() / slot; }

  /// Reads the values of all CPUs.
  /// returns: `cpus()` values; an empty optional where the key is not there.
  /// errors: permission_denied for a map that user space may not read.
  /// cost: 1 syscall
  [[nodiscard]] result<std::optional<std::vector<V>>> lookup(const K& key) const {
    std::vector<std::byte> bytes(raw_.value_size());
    auto there = raw_.lookup(std::as_bytes(std::span{&key, 1}), bytes);
    if (!there) return std::move(there).error();
    if (!*there) return std::optional<std::vector<V>>{};
    return std::optional{unpacked(bytes.data())};
  }
  /// Writes the values of all CPUs. What programs count meanwhile is overwritten.
  /// \param values one for each possible CPU
  /// errors: invalid_argument for another number of values; as `typed_map::update`.
  /// cost: 1 syscall
  [[nodiscard]] result<void> update(const K& key, std::span<const V> values,
                                    write_mode mode = write_mode::any) const {
    return raw_.update(std::as_bytes(std::span{&key, 1}), packed(values), mode);
  }
  /// Erases one entry, the values of all CPUs.
  /// returns: whether the key was there.
  /// errors: invalid_argument for arrays, whose entries are always there.
  /// cost: 1 syscall
  [[nodiscard]] result<bool> erase(const K& key) const {
    return raw_.erase(std::as_bytes(std::span{&key, 1}));
  }
  /// Reads every entry, each key once.
  /// returns: the entries in no particular order; `raw_map::read` says which while others write.
  /// errors: as `raw_map::read`.
  /// cost: about one syscall for each batch
  [[nodiscard]] result<std::vector<entry>> read() const {
    auto bytes = raw_.read();
    if (!bytes) return std::move(bytes).error();
    std::vector<entry> entries(bytes->keys.size() / sizeof(K));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&entries[i].key, bytes->keys.data() + i * sizeof(K), sizeof(K));
      entries[i].values = unpacked(bytes->values.data() + i * raw_.value_size());
    }
    return entries;
  }

 private:
  static constexpr std::size_t slot = (sizeof(V) + 7) / 8 * 8;

  explicit percpu_map(const raw_map& raw) noexcept : raw_(raw) {}

  [[nodiscard]] std::vector<V> unpacked(const std::byte* bytes) const {
    std::vector<V> values(cpus());
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(&values[cpu], bytes + cpu * slot, sizeof(V));
    }
    return values;
  }
  [[nodiscard]] static std::vector<std::byte> packed(std::span<const V> values) {
    std::vector<std::byte> bytes(values.size() * slot);
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(bytes.data() + cpu * slot, &values[cpu], sizeof(V));
    }
    return bytes;
  }

  raw_map raw_;
};

}  // namespace linchpin
