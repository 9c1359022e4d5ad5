// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/core/result.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// A type that can be a key. The kernel compares the bytes of a key, so there must be no padding:
/// its bytes have no defined value.
template <class K>
concept map_key = std::is_trivially_copyable_v<K> && std::has_unique_object_representations_v<K>;

/// A type that can be a value: the kernel copies its bytes in and out. Padding is allowed.
template <class V>
concept map_value = std::is_trivially_copyable_v<V> && std::is_default_constructible_v<V>;

/// One entry of a map: its key and its value.
template <map_key K, map_value V>
struct map_entry {
  K key{};
  V value{};

  friend bool operator==(const map_entry&, const map_entry&) = default;
};

namespace detail {
/// errors: layout_mismatch with the sizes; wrong_type for a per-CPU map or the lack of one.
[[nodiscard]] result<raw_map> fitting(map_ref live, std::size_t key_size, std::size_t value_size,
                                      bool percpu);
}  // namespace detail

/// The entries of a hash, LRU, array or LPM map as values of C++. `percpu_map` does the same for
/// per-CPU maps.
///
/// ownership: borrows the map, whose descriptor must stay open for as long as this is used.
/// threads: any number at once; the kernel orders the accesses.
/// \tparam K as large as the map's key
/// \tparam V as large as the map's value
template <map_key K, map_value V>
class typed_map {
 public:
  /// What `read` returns.
  using entry = map_entry<K, V>;

  /// A view of the entries of a map. Sizes are compared, fields are not: `check_layout` does that.
  /// errors: layout_mismatch when the map's key or value has another size; wrong_type for a per-CPU
  ///   map.
  /// cost: 2 syscalls
  [[nodiscard]] static result<typed_map> over(map_ref live) {
    auto raw = detail::fitting(live, sizeof(K), sizeof(V), false);
    if (!raw) return std::move(raw).error();
    return typed_map{*raw};
  }

  /// The map, for calls that are not about entries.
  [[nodiscard]] map_ref ref() const noexcept { return raw_.ref(); }
  /// The same entries as bytes, with batches of a chosen size.
  [[nodiscard]] const raw_map& raw() const noexcept { return raw_; }

  // One entry. cost: 1 syscall.

  /// Reads one value.
  /// returns: an empty optional where the key is not there.
  /// errors: permission_denied for a map that user space may not read.
  /// source: BPF_MAP_LOOKUP_ELEM
  [[nodiscard]] result<std::optional<V>> lookup(const K& key) const {
    return fetch(detail::element_command::lookup, key, "lookup");
  }
  /// Reads one value and erases its entry in one step, so that no write in between is lost.
  /// returns: an empty optional where the key is not there.
  /// errors: unsupported, invalid_argument where the map type has no such step.
  /// kernel: 5.14 for hash maps. source: BPF_MAP_LOOKUP_AND_DELETE_ELEM
  [[nodiscard]] result<std::optional<V>> take(const K& key) const {
    return fetch(detail::element_command::take, key, "take");
  }
  /// Writes one value.
  /// errors: full; already_exists (only_missing); not_found (only_existing); permission_denied for
  ///   a frozen map.
  /// source: BPF_MAP_UPDATE_ELEM
  [[nodiscard]] result<void> update(const K& key, const V& value,
                                    write_mode mode = write_mode::any) const {
    const int got = detail::element_call(detail::element_command::update, ref().fd(), &key,
                                         const_cast<V*>(&value), static_cast<std::uint64_t>(mode));
    if (got < 0) return detail::element_error(got, "update");
    return {};
  }
  /// Erases one entry.
  /// returns: whether the key was there.
  /// errors: invalid_argument for arrays, whose entries are always there.
  /// source: BPF_MAP_DELETE_ELEM
  [[nodiscard]] result<bool> erase(const K& key) const {
    const int got =
        detail::element_call(detail::element_command::erase, ref().fd(), &key, nullptr, 0);
    if (got == -ENOENT) return false;
    if (got < 0) return detail::element_error(got, "erase");
    return true;
  }

  // Many entries. cost: as the calls of the same names of `raw_map`, about one syscall for each
  // batch.

  /// Reads every entry, each key once.
  /// returns: the entries in no particular order; `raw_map::read` says which while others write.
  /// errors: as `raw_map::read`.
  [[nodiscard]] result<std::vector<entry>> read() const {
    auto bytes = raw_.read();
    if (!bytes) return std::move(bytes).error();
    std::vector<entry> entries(bytes->keys.size() / sizeof(K));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&entries[i].key, bytes->keys.data() + i * sizeof(K), sizeof(K));
      std::memcpy(&entries[i].value, bytes->values.data() + i * raw_.value_size(), sizeof(V));
    }
    return entries;
  }
  /// Writes entries in order. With `only_missing` and `only_existing`, keys that do not qualify are
  /// left alone; that is no error.
  /// \param values as many as there are keys
  /// returns: how many were written.
  /// errors: as `raw_map::write`; entries before the one that failed stay written.
  [[nodiscard]] result<std::size_t> write(std::span<const K> keys, std::span<const V> values,
                                          write_mode mode = write_mode::any) const {
    return raw_.write(std::as_bytes(keys), std::as_bytes(values), mode);
  }
  /// Erases the entries of the given keys. A key that is not there is no error.
  /// returns: how many of the keys were there.
  /// errors: as `raw_map::erase_many`.
  [[nodiscard]] result<std::size_t> erase_many(std::span<const K> keys) const {
    return raw_.erase_many(std::as_bytes(keys));
  }

 private:
  explicit typed_map(const raw_map& raw) noexcept : raw_(raw) {}

  result<std::optional<V>> fetch(detail::element_command command, const K& key,
                                 std::string_view operation) const {
    // The value is read into the result itself, so that a large one is not copied.
    result<std::optional<V>> found{std::optional<V>{std::in_place}};
    const int got = detail::element_call(command, ref().fd(), &key, &**found, 0);
    if (got == 0) return found;
    if (got == -ENOENT) {
      found->reset();
    } else {
      found = detail::element_error(got, operation);
    }
    return found;
  }

  raw_map raw_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/typed_map.hpp>
