// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/map_contents.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <unordered_set>

#include <bpf/bpf.h>
#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::string_view operation = "read map";
constexpr std::uint32_t first_batch = 1024;  // entries; measured flat from 256 to 4096
constexpr int not_supported = 524;           // ENOTSUPP of the kernel, not in libc

error failed(int cause, const open_map_contents& from) {
  return kernel_error(cause, operation, fmt::format("map {}", from.info.name));
}

map_entries empty_like(const open_map_contents& from) {
  map_entries entries;
  entries.key_size = from.info.key_size;
  entries.value_size = from.value_size;
  return entries;
}

void resize(map_entries& entries, std::size_t count) {
  entries.keys.resize(count * entries.key_size);
  entries.values.resize(count * entries.value_size);
}

std::byte* key_at(map_entries& entries, std::size_t index) noexcept {
  return entries.keys.data() + index * entries.key_size;
}
std::byte* value_at(map_entries& entries, std::size_t index) noexcept {
  return entries.values.data() + index * entries.value_size;
}

// Whole buckets at a time: writers meanwhile neither hide nor repeat a key that stays.
// returns: nothing when this kernel has no batches for such maps, or none that get through
result<std::optional<map_entries>> read_in_batches(const open_map_contents& from) {
  map_entries entries = empty_like(from);
  std::uint32_t position = 0;  // a bucket of a hash table, a key of an array
  std::uint32_t next = 0;
  bool started = false;
  int interruptions = 0;
  std::uint32_t batch = std::clamp(from.info.max_entries, 1U, first_batch);
  std::size_t have = 0;
  for (;;) {
    resize(entries, have + batch);
    std::uint32_t count = batch;
    const int got =
        ::bpf_map_lookup_batch(from.fd, started ? &position : nullptr, &next, key_at(entries, have),
                               value_at(entries, have), &count, nullptr);
    const int cause = got == 0 ? 0 : errno;
    if (cause == ENOSPC) {  // one bucket holds more than the buffer: the same place, more room
      batch *= 2;
      continue;
    }
    const bool interrupted = cause == EINTR || cause == EAGAIN;
    if (interrupted && ++interruptions < 16) continue;
    const bool unknown = have == 0 && (cause == EINVAL || cause == not_supported);
    if (interrupted || unknown) return std::optional<map_entries>{};
    if (cause != 0 && cause != ENOENT) return failed(cause, from);
    have += count;
    if (cause == ENOENT || (from.indexed && have >= from.info.max_entries)) break;
    position = next;
    started = true;
  }
  resize(entries, have);
  return std::optional{std::move(entries)};
}

result<map_entries> read_array(const open_map_contents& from) {
  map_entries entries = empty_like(from);
  resize(entries, from.info.max_entries);
  for (std::uint32_t index = 0; index < from.info.max_entries; ++index) {
    std::memcpy(key_at(entries, index), &index, sizeof index);
    if (::bpf_map_lookup_elem(from.fd, &index, value_at(entries, index)) != 0) {
      return failed(errno, from);
    }
  }
  return entries;
}

// Key after key. When the key it stands on is deleted, the kernel starts over, so keys that were
// seen are skipped; a walk that is thrown back for ever is given up.
result<map_entries> read_by_walking(const open_map_contents& from) {
  map_entries entries = empty_like(from);
  std::unordered_set<std::string> seen;
  std::string key(from.info.key_size, '\0');
  std::string next(from.info.key_size, '\0');
  std::size_t have = 0;
  const std::uint64_t patience = 16 * (static_cast<std::uint64_t>(from.info.max_entries) + 16);
  const char* at = nullptr;
  for (std::uint64_t step = 0; step < patience; ++step) {
    if (::bpf_map_get_next_key(from.fd, at, next.data()) != 0) {
      if (errno != ENOENT) return failed(errno, from);
      resize(entries, have);
      return entries;
    }
    if (!seen.contains(next)) {
      resize(entries, have + 1);
      if (::bpf_map_lookup_elem(from.fd, next.data(), value_at(entries, have)) == 0) {
        std::memcpy(key_at(entries, have), next.data(), next.size());
        seen.insert(next);
        ++have;
      } else if (errno != ENOENT) {
        return failed(errno, from);
      }
    }
    key.swap(next);
    at = key.data();
  }
  return error{errc::conflict, operation, fmt::format("map {}", from.info.name)}
      .expected("a walk over the keys that reaches the end")
      .found(fmt::format("{} keys after {} steps: entries are deleted faster than they are read",
                         have, patience));
}

}  // namespace

result<map_entries> read_contents(const open_map_contents& from) {
  // A batch over a trie continues at a key, and starts over when that one was deleted.
  if (from.info.type != uapi::map_type::lpm_trie) {
    LINCHPIN_TRY(auto batches, read_in_batches(from));
    if (batches) return *std::move(batches);
  }
  return from.indexed ? read_array(from) : read_by_walking(from);
}

}  // namespace linchpin::detail
