// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/fill_entries.hpp"

#include <linchpin/bpf/type_name.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "kernel/trie_keys.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

error cannot_fill(errc condition, const map_spec& map) {
  return {condition, fill_operation, fmt::format("map {}", map.name)};
}

bool is_array(uapi::map_type type) noexcept {
  return type == uapi::map_type::array || type == uapi::map_type::percpu_array;
}

bool has_keys(uapi::map_type type) noexcept {
  switch (type) {
    case uapi::map_type::hash:
    case uapi::map_type::percpu_hash:
    case uapi::map_type::lru_hash:
    case uapi::map_type::lru_percpu_hash:
    case uapi::map_type::lpm_trie:
      return true;
    default:
      return is_array(type);
  }
}

constexpr std::uint32_t closed_to_user_space = 1U << 3;  // BPF_F_RDONLY

std::span<const std::byte> key_at(const map_entries& of, std::size_t index) {
  return std::span{of.keys}.subspan(index * of.key_size, of.key_size);
}

std::string hexadecimal(std::span<const std::byte> key) {
  constexpr std::size_t most = 32;
  std::string text;
  for (const auto byte : key.first(std::min(key.size(), most))) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  }
  return key.size() > most ? text + "..." : text;
}

std::uint64_t mixed(std::span<const std::byte> key) noexcept {
  std::uint64_t sum = key.size();
  while (!key.empty()) {
    std::uint64_t word = 0;
    const auto size = std::min(key.size(), sizeof word);
    std::memcpy(&word, key.data(), size);
    sum = (sum ^ word) * 0x9e3779b97f4a7c15U;  // 2^64 divided by the golden ratio
    sum ^= sum >> 32;
    key = key.subspan(size);
  }
  return sum;
}

// The first key that was there before. The table holds the number of each key, and 0 for none.
std::optional<std::size_t> find_duplicate(const map_entries& entries) {
  const auto count = entries.size();
  std::vector<std::uint32_t> table(std::bit_ceil(2 * count + 2));
  const auto mask = table.size() - 1;
  // Where keys differ in their last bytes alone, as big-endian numbers do, so do their sums in their first
  // bits alone.
  const auto shift = 64 - std::countr_zero(table.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = key_at(entries, i);
    auto at = static_cast<std::size_t>(mixed(key) >> shift);
    for (; table[at] != 0; at = (at + 1) & mask) {
      if (std::memcmp(key_at(entries, table[at] - 1).data(), key.data(), key.size()) == 0) return i;
    }
    table[at] = static_cast<std::uint32_t>(i + 1);
  }
  return std::nullopt;
}

std::uint32_t number_at(const map_entries& entries, std::size_t index) {
  std::uint32_t number = 0;
  const auto key = key_at(entries, index);
  std::memcpy(&number, key.data(), std::min(key.size(), sizeof number));
  return number;
}

// Whether each key is one that the map can have: an index of the array, a prefix of its address.
result<void> check_range(const map_spec& map, const map_entries& entries) {
  const bool array = is_array(map.type);
  if (!array && map.type != uapi::map_type::lpm_trie) return {};
  const auto end = array ? map.max_entries : (map.key_size - 4) * 8 + 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (number_at(entries, i) < end) continue;
    return cannot_fill(errc::invalid_argument, map)
        .expected(array ? fmt::format("indices below {}, the size of the array", end)
                        : fmt::format("prefixes of at most {} bits", end - 1))
        .found(fmt::format("{}", number_at(entries, i)));
  }
  return {};
}

result<void> check_unique(const map_spec& map, const map_entries& entries) {
  const auto* compared = &entries;
  map_entries prefixes;
  if (map.type == uapi::map_type::lpm_trie) {
    prefixes.key_size = entries.key_size;
    prefixes.keys.reserve(entries.keys.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto key = detail::identity_of_trie_key(key_at(entries, i));
      const auto bytes = std::as_bytes(std::span{key});
      prefixes.keys.insert(prefixes.keys.end(), bytes.begin(), bytes.end());
    }
    compared = &prefixes;
  }
  const auto twice = find_duplicate(*compared);
  if (!twice) return {};
  return cannot_fill(errc::invalid_argument, map)
      .expected("each key once")
      .found(fmt::format("the key {} a second time, as entry {} of {}",
                         hexadecimal(key_at(entries, *twice)), *twice + 1, entries.size()));
}

}  // namespace

result<void> check_can_be_filled(const map_spec& map) {
  if (map.internal) {
    return cannot_fill(errc::invalid_argument, map)
        .expected("a map that the object declares")
        .found("the map of global variables")
        .advice("set them by their names: global(...)");
  }
  if (!has_keys(map.type)) {
    return cannot_fill(errc::invalid_argument, map)
        .expected("a hash, LRU, LPM or array map, per CPU or not")
        .found(fmt::format("a {}", name_of(map.type)))
        .advice("prepare(...) has every map of the generation at hand");
  }
  if ((map.flags & closed_to_user_space) == 0) return {};
  return cannot_fill(errc::invalid_argument, map)
      .expected("a map that user space may write")
      .found("the flag BPF_F_RDONLY");
}

result<void> check_entries(const map_spec& map, const map_entries& entries) {
  const auto words = [](std::uint32_t key, std::uint32_t value) {
    return fmt::format("keys of {} bytes and values of {}", key, value);
  };
  if (entries.key_size != map.key_size || entries.value_size != map.value_size) {
    return cannot_fill(errc::layout_mismatch, map)
        .expected(words(map.key_size, map.value_size) + ", as in the object")
        .found(words(entries.key_size, entries.value_size));
  }
  const auto count = entries.size();
  if (entries.keys.size() != count * map.key_size ||
      entries.values.size() != count * map.value_size) {
    return cannot_fill(errc::layout_mismatch, map)
        .expected("whole keys and as many whole values")
        .found(fmt::format("{} bytes of keys and {} of values", entries.keys.size(),
                           entries.values.size()));
  }
  LINCHPIN_CHECK(check_range(map, entries));
  LINCHPIN_CHECK(check_unique(map, entries));
  if (count <= map.max_entries) return {};
  return cannot_fill(errc::full, map)
      .expected(fmt::format("at most {} entries", map.max_entries))
      .found(fmt::format("{}", count))
      .advice("say with map(...).max_entries(...) how large the map is to be");
}

bool is_per_cpu(uapi::map_type type) noexcept {
  return type == uapi::map_type::percpu_array || type == uapi::map_type::percpu_hash ||
         type == uapi::map_type::lru_percpu_hash;
}

bool evicts(uapi::map_type type) noexcept {
  return type == uapi::map_type::lru_hash || type == uapi::map_type::lru_percpu_hash;
}

map_entries for_each_cpu(const map_entries& entries, std::size_t first, std::size_t count,
                         std::uint32_t cpus) {
  const auto slot = (entries.value_size + 7U) / 8U * 8U;
  const auto keys =
      std::span{entries.keys}.subspan(first * entries.key_size, count * entries.key_size);
  map_entries made{entries.key_size, slot * cpus, {keys.begin(), keys.end()}, {}};
  made.values.resize(count * made.value_size);
  auto* to = made.values.data();
  for (std::size_t i = first; i < first + count; ++i) {
    const auto* from = entries.values.data() + i * entries.value_size;
    for (std::uint32_t cpu = 0; cpu < cpus; ++cpu, to += slot) {
      std::memcpy(to, from, entries.value_size);
    }
  }
  return made;
}

result<void> check_kept(const map_spec& map, const map_entries& wanted, const map_entries& there) {
  const auto words = [](const map_entries& of, std::size_t index) {
    const auto key = key_at(of, index);
    return std::string_view{reinterpret_cast<const char*>(key.data()), key.size()};
  };
  std::unordered_set<std::string_view> kept;
  kept.reserve(there.size());
  for (std::size_t i = 0; i < there.size(); ++i) kept.insert(words(there, i));
  std::size_t missing = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    missing += kept.contains(words(wanted, i)) ? 0 : 1;
  if (missing == 0) return {};
  return cannot_fill(errc::full, map)
      .expected(fmt::format("all of its {} entries, before anything is attached", wanted.size()))
      .found(fmt::format("{} of them: the kernel evicts from a {} of {} entries before it is full",
                         wanted.size() - missing, name_of(map.type), map.max_entries))
      .advice(
          "make it larger with map(...).max_entries(...), or use a hash for what has to be there");
}

}  // namespace linchpin
