// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/map_entries.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

// Entries of C++ types as the bytes that a map has.
namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether each byte of a value means something. Of a struct with a float in it that cannot be told.
template <class Value>
concept has_no_padding = std::has_unique_object_representations_v<Value> ||
                         std::is_floating_point_v<std::remove_all_extents_t<Value>>;

template <class Member, class Wanted>
concept exactly = std::same_as<std::remove_cvref_t<Member>, Wanted>;

/// A pair such as the standard library's, or a map_entry.
template <class Entry, class Key, class Value>
concept pair_of = requires(const Entry& entry) {
  { entry.first } -> exactly<Key>;
  { entry.second } -> exactly<Value>;
} || requires(const Entry& entry) {
  { entry.key } -> exactly<Key>;
  { entry.value } -> exactly<Value>;
};

/// A range of such pairs.
template <class Range, class Key, class Value>
concept pairs_of = requires(Range& range) {
  { *range.begin() } -> pair_of<Key, Value>;
  range.begin() != range.end();
};

/// A range of pairs of whatever types a key and a value have.
template <class Range>
concept pairs_of_any = requires(Range& range) {
  (*range.begin()).first;
  (*range.begin()).second;
  range.begin() != range.end();
};
template <class Range>
using key_in = std::remove_cvref_t<decltype((*std::declval<Range&>().begin()).first)>;
template <class Range>
using value_in = std::remove_cvref_t<decltype((*std::declval<Range&>().begin()).second)>;

template <class Given>
struct given_by {
  using entries = Given;
};
template <class Given>
struct given_by<result<Given>> {
  using entries = Given;
};

/// A function that gives such a range, or an error instead.
template <class Function, class Key, class Value>
concept gives_pairs_of =
    std::invocable<Function&> && std::copy_constructible<Function> &&
    pairs_of<typename given_by<std::invoke_result_t<Function&>>::entries, Key, Value>;

template <class Object>
void append_bytes(std::vector<std::byte>& to, const Object& object) {
  const auto* first = reinterpret_cast<const std::byte*>(&object);
  to.insert(to.end(), first, first + sizeof object);
}

template <class Key, class Value, class Range>
[[nodiscard]] map_entries entry_bytes(Range& range) {
  map_entries made{sizeof(Key), sizeof(Value), {}, {}};
  if constexpr (requires { range.size(); }) {
    made.keys.reserve(range.size() * sizeof(Key));
    made.values.reserve(range.size() * sizeof(Value));
  }
  for (const auto& entry : range) {
    if constexpr (requires { entry.first; }) {
      append_bytes(made.keys, entry.first);
      append_bytes(made.values, entry.second);
    } else {
      append_bytes(made.keys, entry.key);
      append_bytes(made.values, entry.value);
    }
  }
  return made;
}

template <class Key, class Value, class Given>
[[nodiscard]] result<map_entries> given_bytes(Given given) {
  if constexpr (pairs_of<Given, Key, Value>) {
    return entry_bytes<Key, Value>(given);
  } else {
    if (!given) return std::move(given).error();
    return entry_bytes<Key, Value>(*given);
  }
}

}  // namespace linchpin::detail
