// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/map_contents.hpp"

#include <linchpin/core/detail/try.hpp>
#include "kernel/variable_writes.hpp"
#include "testing/fake/machine_state.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

using uapi::map_type;

bool is_array(map_type type) noexcept {
  return type == map_type::array || type == map_type::percpu_array;
}

bool is_lru(map_type type) noexcept {
  return type == map_type::lru_hash || type == map_type::lru_percpu_hash;
}

bool has_contents(map_type type) noexcept {
  return is_array(type) || is_lru(type) || type == map_type::hash ||
         type == map_type::percpu_hash || type == map_type::lpm_trie;
}

bytes bytes_of(std::uint32_t number) {
  bytes raw(sizeof number);
  std::memcpy(raw.data(), &number, sizeof number);
  return raw;
}

error no_contents(std::string_view operation, const map& which) {
  return error{errc::wrong_type, operation}
      .expected("a hash, LRU, LPM or array map, per CPU or not")
      .found(fmt::format("map type {}", static_cast<unsigned>(which.info.type)));
}

/// One entry. returns: 0 or a positive errno, as BPF_MAP_UPDATE_ELEM gives it.
int store(map& into, bytes key, bytes value, bool only_missing) {
  const auto present = into.entries.find(key);
  if (present != into.entries.end()) {
    if (only_missing) return EEXIST;
    present->second = std::move(value);
    return 0;
  }
  if (is_array(into.info.type)) return E2BIG;
  if (into.entries.size() >= into.info.max_entries) {
    if (!is_lru(into.info.type)) return into.info.type == map_type::lpm_trie ? ENOSPC : E2BIG;
    into.entries.erase(into.arrival.front());
    into.arrival.erase(into.arrival.begin());
  }
  if (is_lru(into.info.type)) into.arrival.push_back(key);
  into.entries.emplace(std::move(key), std::move(value));
  return 0;
}

map_entries read_slots(const map& from) {
  map_entries read{sizeof(std::uint32_t), sizeof(std::uint32_t), {}, {}};
  for (const auto& [slot, held] : from.programs) {
    const auto key = bytes_of(slot);
    const auto id = bytes_of(held->info.id.value);
    read.keys.insert(read.keys.end(), key.begin(), key.end());
    read.values.insert(read.values.end(), id.begin(), id.end());
  }
  return read;
}

std::uint32_t number_at(const bytes& from, std::size_t index) {
  std::uint32_t number = 0;
  std::memcpy(&number, from.data() + index * sizeof number, sizeof number);
  return number;
}

}  // namespace

result<void> write_slots(map& into, const map_entries& entries, const program_finder& find) {
  for (std::size_t i = 0; i != entries.size(); ++i) {
    const auto slot = number_at(entries.keys, i);
    auto held = find(number_at(entries.values, i));
    if (!held) return error::from_errno(EBADF, "write map");
    if (slot >= into.info.max_entries) return error::from_errno(E2BIG, "write map");
    into.programs[slot] = std::move(held);
  }
  return {};
}

void initialise(map& made, std::uint32_t cpus, std::span<const std::byte> initial) {
  if (!is_array(made.info.type)) return;
  const auto size = entry_value_size(made.info, cpus);
  for (std::uint32_t index = 0; index != made.info.max_entries; ++index)
    made.entries.emplace(bytes_of(index), bytes(size));
  if (initial.empty() || made.entries.empty()) return;
  auto& first = made.entries.at(bytes_of(0));
  std::copy_n(initial.begin(), std::min(initial.size(), first.size()), first.begin());
}

result<map_entries> read_entries(const map& from, std::uint32_t cpus) {
  if (from.info.type == map_type::prog_array) return read_slots(from);
  if (!has_contents(from.info.type)) return no_contents("read map", from);
  map_entries read;
  read.key_size = from.info.key_size;
  read.value_size = static_cast<std::uint32_t>(entry_value_size(from.info, cpus));
  auto add = [&read](const bytes& key, const bytes& value) {
    read.keys.insert(read.keys.end(), key.begin(), key.end());
    read.values.insert(read.values.end(), value.begin(), value.end());
  };
  if (!is_array(from.info.type)) {
    for (const auto& [key, value] : from.entries) add(key, value);
    return read;
  }
  // Byte order is not index order.
  for (std::uint32_t index = 0; index != from.info.max_entries; ++index)
    add(bytes_of(index), from.entries.at(bytes_of(index)));
  return read;
}

result<void> write_entries(map& into, std::uint32_t cpus, const map_entries& entries,
                           bool only_missing) {
  if (!has_contents(into.info.type)) return no_contents("write map", into);
  if (entries.size() == 0) return {};
  const auto value_size = entry_value_size(into.info, cpus);
  const bool shaped = entries.key_size == into.info.key_size && entries.value_size == value_size &&
                      entries.values.size() == entries.size() * value_size;
  if (!shaped)
    return error{errc::invalid_argument, "write map"}
        .expected(fmt::format("keys of {} bytes, values of {}", into.info.key_size, value_size))
        .found(fmt::format("keys of {} bytes, values of {}", entries.key_size, entries.value_size));
  if (into.frozen) return error::from_errno(EPERM, "write map").found("a frozen map: read only");
  std::size_t written = 0;
  for (std::size_t i = 0; i != entries.size(); ++i) {
    const auto key = std::span{entries.keys}.subspan(i * entries.key_size, entries.key_size);
    const auto value = std::span{entries.values}.subspan(i * value_size, value_size);
    const int failed =
        store(into, {key.begin(), key.end()}, {value.begin(), value.end()}, only_missing);
    if (failed == EEXIST) continue;
    if (failed != 0)
      return error::from_errno(failed, "write map")
          .found(fmt::format("{} of {} entries written", written, entries.size()));
    ++written;
  }
  return {};
}

result<void> write_variables(map& into, std::span<const variable_write> writes, bool in_use) {
  LINCHPIN_CHECK(linchpin::detail::check_variable_writes(into.info, writes));
  if (into.frozen)
    return error::from_errno(EPERM, "write variables").found("a frozen map: read only");
  if (in_use && !into.mappable) return linchpin::detail::not_in_use(into.info);
  auto& value = into.entries.at(bytes_of(0));
  for (const auto& write : writes) {
    const auto at = value.begin() + write.offset;
    const bool stands =
        write.expected.empty() || std::equal(write.expected.begin(), write.expected.end(), at);
    if (stands) std::copy(write.value.begin(), write.value.end(), at);
  }
  return {};
}

result<void> erase_entries(map& from, std::span<const std::byte> keys) {
  if (from.info.type == map_type::prog_array) {
    const bytes all{keys.begin(), keys.end()};
    for (std::size_t i = 0; i != all.size() / sizeof(std::uint32_t); ++i) {
      from.programs.erase(number_at(all, i));
    }
    return {};
  }
  if (!has_contents(from.info.type)) return no_contents("erase keys", from);
  const std::size_t size = from.info.key_size;
  if (keys.size() % size != 0)
    return error{errc::invalid_argument, "erase keys"}.expected("whole keys");
  if (!keys.empty() && is_array(from.info.type))
    return error::from_errno(EINVAL, "erase keys").found("an array: entries always exist");
  for (; !keys.empty(); keys = keys.subspan(size)) {
    const bytes key{keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(size)};
    if (from.entries.erase(key) != 0) std::erase(from.arrival, key);
  }
  return {};
}

}  // namespace linchpin::testing::fake
