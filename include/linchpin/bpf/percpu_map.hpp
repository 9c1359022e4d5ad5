// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/typed_map.hpp>

#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The entries of a per-CPU map: each value is one V for each possible CPU, index = CPU number,
/// also of CPUs that are offline.
///
/// ownership: borrows the map.
/// threads: as many as like; a read is not a snapshot of all CPUs at one instant.
template <map_key K, map_value V>
class percpu_map {
 public:
  struct entry {
    K key{};
    std::vector<V> values;
  };

  /// errors: layout_mismatch when the map's key or value has another size; wrong_type for a map
  ///   that is not per CPU. cost: 2 syscalls.
  [[nodiscard]] static result<percpu_map> over(map_ref live) {
    auto raw = detail::fitting(live, sizeof(K), sizeof(V), true);
    if (!raw) return std::move(raw).error();
    return percpu_map{*raw};
  }

  [[nodiscard]] map_ref ref() const noexcept { return raw_.ref(); }
  [[nodiscard]] const raw_map& raw() const noexcept { return raw_; }
  /// Possible CPUs.
  [[nodiscard]] std::size_t cpus() const noexcept { return raw_.value_size() / slot; }

  /// An absent key is an empty optional. cost: 1 syscall.
  [[nodiscard]] result<std::optional<std::vector<V>>> lookup(const K& key) const {
    std::vector<std::byte> bytes(raw_.value_size());
    auto there = raw_.lookup(std::as_bytes(std::span{&key, 1}), bytes);
    if (!there) return std::move(there).error();
    if (!*there) return std::optional<std::vector<V>>{};
    return std::optional{unpacked(bytes.data())};
  }
  /// Writes the value of every CPU.
  /// errors: invalid_argument when there is not one value for each possible CPU; as
  ///   `typed_map::update`. cost: 1 syscall.
  [[nodiscard]] result<void> update(const K& key, std::span<const V> values,
                                    write_mode mode = write_mode::any) const {
    return raw_.update(std::as_bytes(std::span{&key, 1}), packed(values), mode);
  }
  /// returns: whether the key was there. cost: 1 syscall.
  [[nodiscard]] result<bool> erase(const K& key) const {
    return raw_.erase(std::as_bytes(std::span{&key, 1}));
  }
  /// As `raw_map::read`.
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
