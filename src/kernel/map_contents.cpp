// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include "kernel/trie_keys.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

bool is_array(uapi::map_type type) noexcept {
  return type == uapi::map_type::array || type == uapi::map_type::percpu_array;
}

// Whether a map's entries can be read and written: those that are plain bytes, and those of
// tail-call arrays, which read as ids and are written as descriptors. Maps of maps and socket maps
// are left out, and so are queues, which have no keys.
bool has_entries(uapi::map_type type) noexcept {
  switch (type) {
    case uapi::map_type::prog_array:
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

result<raw_map> open_contents(std::string_view operation, handle_ref map) {
  LINCHPIN_TRY(const auto opened, raw_map::over(map_ref::borrow(fd_ref::borrow(map.number))));
  if (has_entries(opened.type())) return opened;
  return error{errc::wrong_type, operation}
      .expected("a hash, LRU, LPM or array map, per CPU or not")
      .found(fmt::format("a {}", name_of(opened.type())));
}

}  // namespace

result<map_entries> live_kernel::read_map(handle_ref map) {
  LINCHPIN_TRY(const auto from, open_contents("read map", map));
  LINCHPIN_TRY(auto read, from.read());
  return map_entries{static_cast<std::uint32_t>(from.key_size()),
                     static_cast<std::uint32_t>(from.value_size()), std::move(read.keys),
                     std::move(read.values)};
}

result<void> live_kernel::write_map(handle_ref map, const map_entries& entries, bool only_missing) {
  LINCHPIN_TRY(const auto to, open_contents("write map", map));
  if (entries.key_size != to.key_size() || entries.value_size != to.value_size()) {
    return error{errc::invalid_argument, "write map"}
        .expected(fmt::format("keys of {} and values of {} bytes", to.key_size(), to.value_size()))
        .found(fmt::format("{} and {}", entries.key_size, entries.value_size));
  }
  if (!only_missing) {
    LINCHPIN_CHECK(to.write(entries.keys, entries.values));
    return {};
  }
  if (to.type() != uapi::map_type::lpm_trie) {
    LINCHPIN_CHECK(to.write(entries.keys, entries.values, write_mode::only_missing));
    return {};
  }
  if (entries.values.size() != entries.size() * to.value_size()) {
    return error{errc::invalid_argument, "write map"}
        .expected(fmt::format("{} bytes of values", entries.size() * to.value_size()))
        .found(fmt::format("{} bytes", entries.values.size()));
  }
  LINCHPIN_TRY(const auto present, to.read());
  const auto missing = detail::missing_from_trie(present.keys, entries.keys, entries.values,
                                                 to.key_size(), to.value_size());
  LINCHPIN_CHECK(to.write(missing.keys, missing.values, write_mode::only_missing));
  return {};
}

result<void> live_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  LINCHPIN_TRY(const auto in, open_contents("erase keys", map));
  if (is_array(in.type())) {
    return error{errc::unsupported, "erase keys"}
        .expected("a map whose keys come and go")
        .found("an array, which always has all its keys");
  }
  LINCHPIN_CHECK(in.erase_many(keys));
  return {};
}

}  // namespace linchpin
