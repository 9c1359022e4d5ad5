// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include <map>

using namespace linchpin;

namespace {

struct kind {
  const char* name;
  bpf_map_type type;
  std::uint32_t flags;
  bool per_cpu;
};

constexpr kind kinds[] = {
    {"hash", BPF_MAP_TYPE_HASH, 0, false},
    {"hash_nopre", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, false},
    {"lru_hash", BPF_MAP_TYPE_LRU_HASH, 0, false},
    {"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 0, true},
    {"lru_percpu", BPF_MAP_TYPE_LRU_PERCPU_HASH, 0, true},
    {"lpm_trie", BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, false},
    {"array", BPF_MAP_TYPE_ARRAY, 0, false},
    {"percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY, 0, true},
};

bool is_array(const kind& what) {
  return what.type == BPF_MAP_TYPE_ARRAY || what.type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

std::uint32_t key_size(const kind& what) {
  return what.type == BPF_MAP_TYPE_LPM_TRIE ? 8 : 4;
}

handle make(live_kernel& kernel, const kind& what, std::uint32_t entries,
            std::uint32_t value_size = 12) {
  bpf_map_create_opts options{};
  options.sz = sizeof options;
  options.map_flags = what.flags;
  const int fd =
      ::bpf_map_create(what.type, "lpk_contents", key_size(what), value_size, entries, &options);
  REQUIRE(fd >= 0);
  return handle{kernel, fd};
}

// Distinct keys and values; every CPU has its own.
map_entries fill(live_kernel& kernel, const kind& what, std::uint32_t count, std::uint32_t seed) {
  const std::uint32_t slots = what.per_cpu ? kernel.facts().possible_cpus : 1;
  const std::uint32_t slot_size = what.per_cpu ? 16 : 12;
  map_entries entries;
  entries.key_size = key_size(what);
  entries.value_size = slots * slot_size;
  entries.keys.resize(std::size_t{count} * entries.key_size);
  entries.values.resize(std::size_t{count} * entries.value_size);
  for (std::uint32_t at = 0; at < count; ++at) {
    std::byte* const key = entries.keys.data() + std::size_t{at} * entries.key_size;
    if (entries.key_size == 8) {
      const std::uint32_t prefix = 32;
      std::memcpy(key, &prefix, 4);
      std::memcpy(key + 4, &at, 4);
    } else {
      std::memcpy(key, &at, 4);
    }
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      const std::uint32_t words[] = {at, slot, seed};
      std::memcpy(entries.values.data() + std::size_t{at} * entries.value_size +
                      std::size_t{slot} * slot_size,
                  words, sizeof words);
    }
  }
  return entries;
}

std::multimap<std::string, std::string> sorted(const map_entries& entries) {
  std::multimap<std::string, std::string> all;
  const auto* keys = reinterpret_cast<const char*>(entries.keys.data());
  const auto* values = reinterpret_cast<const char*>(entries.values.data());
  for (std::size_t at = 0; at < entries.size(); ++at) {
    all.emplace(std::string(keys + at * entries.key_size, entries.key_size),
                std::string(values + at * entries.value_size, entries.value_size));
  }
  return all;
}

}  // namespace

TEST_CASE("every kind of map gives back what was written, each key once", "[kernel][map]") {
  live_kernel kernel;
  for (const auto& what : kinds) {
    for (const std::uint32_t count : {1U, 3U, 1024U, 5000U}) {
      CAPTURE(what.name, count);
      // An LRU map begins to evict before it is full.
      const auto map = make(kernel, what, is_array(what) ? count : count * 2 + 1000);
      const auto entries = fill(kernel, what, count, 7);
      REQUIRE(kernel.write_map(map.ref(), entries, false));
      const auto got = kernel.read_map(map.ref());
      REQUIRE(got);
      CHECK(got->key_size == entries.key_size);
      CHECK(got->value_size == entries.value_size);
      CHECK(sorted(*got) == sorted(entries));
    }
  }
}

TEST_CASE("an empty map has no entries, and an array always has all", "[kernel][map]") {
  live_kernel kernel;
  for (const auto& what : kinds) {
    CAPTURE(what.name);
    const auto map = make(kernel, what, 5);
    CHECK(kernel.read_map(map.ref()).value().size() == (is_array(what) ? 5U : 0U));
    CHECK(kernel.write_map(map.ref(), fill(kernel, what, 0, 1), false));
  }
}

TEST_CASE("writing only what is missing leaves keys alone that are there", "[kernel][map]") {
  live_kernel kernel;
  for (const auto& what : kinds) {
    CAPTURE(what.name);
    const auto map = make(kernel, what, 2000);
    REQUIRE(kernel.write_map(map.ref(), fill(kernel, what, 10, 1), false));
    REQUIRE(kernel.write_map(map.ref(), fill(kernel, what, 20, 2), true));
    auto expected = sorted(fill(kernel, what, 10, 1));
    if (is_array(what)) {
      // Their keys are all there from the start.
      auto got = kernel.read_map(map.ref()).value();
      got.keys.resize(std::size_t{10} * got.key_size);
      got.values.resize(std::size_t{10} * got.value_size);
      CHECK(sorted(got) == expected);
      continue;
    }
    const auto more = fill(kernel, what, 20, 2);
    for (const auto& [key, value] : sorted(more)) {
      if (!expected.contains(key)) expected.emplace(key, value);
    }
    CHECK(sorted(kernel.read_map(map.ref()).value()) == expected);
  }
}

TEST_CASE("erasing takes the keys that are there and minds none that are not", "[kernel][map]") {
  live_kernel kernel;
  for (const auto& what : kinds) {
    CAPTURE(what.name);
    const auto map = make(kernel, what, 10000);
    REQUIRE(kernel.write_map(map.ref(), fill(kernel, what, 3000, 1), false));
    auto keys = fill(kernel, what, 2500, 1).keys;
    // Not there any more in the second round, and at the front of every batch.
    for (int round = 0; round < 2; ++round) {
      const auto erased = kernel.erase_keys(map.ref(), keys);
      if (is_array(what)) {
        REQUIRE_FALSE(erased);
        CHECK(erased.error().is(errc::unsupported));
        break;
      }
      REQUIRE(erased);
      CHECK(kernel.read_map(map.ref()).value().size() == 500);
    }
  }
}

TEST_CASE("erasing some missing and some present keys erases the present ones", "[kernel][map]") {
  live_kernel kernel;
  const auto& hash = kinds[0];
  const auto map = make(kernel, hash, 100);
  REQUIRE(kernel.write_map(map.ref(), fill(kernel, hash, 4, 1), false));
  const std::uint32_t keys[] = {77, 0, 78, 3, 79};
  REQUIRE(kernel.erase_keys(map.ref(), std::as_bytes(std::span{keys})));
  CHECK(kernel.read_map(map.ref()).value().size() == 2);
}

TEST_CASE("a map that is too small is full, and says how much went in", "[kernel][map]") {
  live_kernel kernel;
  for (const auto& what : kinds) {
    if (what.type == BPF_MAP_TYPE_LRU_HASH || what.type == BPF_MAP_TYPE_LRU_PERCPU_HASH) continue;
    for (const bool only_missing : {false, true}) {
      CAPTURE(what.name, only_missing);
      const auto map = make(kernel, what, 1100);
      const auto written = kernel.write_map(map.ref(), fill(kernel, what, 1300, 1), only_missing);
      REQUIRE_FALSE(written);
      CHECK(written.error().is(errc::full));
      // What is missing from an array can only be beyond its end.
      const auto* const done = is_array(what) && only_missing ? "0 of 1300" : "1100 of 1300";
      CHECK(written.error().found().starts_with(done));
    }
  }
}

TEST_CASE("entries of another shape, and maps without plain entries, are refused",
          "[kernel][map]") {
  live_kernel kernel;
  const auto map = make(kernel, kinds[0], 100, 16);
  const auto written = kernel.write_map(map.ref(), fill(kernel, kinds[0], 3, 1), false);
  REQUIRE_FALSE(written);
  CHECK(written.error().is(errc::invalid_argument));
  const std::byte part[] = {std::byte{1}, std::byte{2}, std::byte{3}};
  const auto erased = kernel.erase_keys(map.ref(), part);
  REQUIRE_FALSE(erased);
  CHECK(erased.error().is(errc::invalid_argument));

  const int fd = ::bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "lpk_events", 4, 4, 2, nullptr);
  const handle events{kernel, fd};
  const auto got = kernel.read_map(events.ref());
  REQUIRE_FALSE(got);
  CHECK(got.error().is(errc::wrong_type));
}
