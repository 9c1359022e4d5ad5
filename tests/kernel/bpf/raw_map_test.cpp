// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <linchpin/bpf/detail/batch.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstring>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

using namespace linchpin;

namespace {

map made(uapi::map_type type, std::uint32_t entries, std::uint32_t flags = 0) {
  map_spec spec;
  spec.name = "bpf_raw_map";
  spec.type = type;
  spec.key_size = type == uapi::map_type::lpm_trie ? 8 : 4;
  spec.value_size = 8;
  spec.max_entries = entries;
  spec.flags = flags;
  return create_map(spec).value();
}

std::vector<std::byte> keys_up_to(std::uint32_t count) {
  std::vector<std::uint32_t> keys(count);
  std::iota(keys.begin(), keys.end(), 0U);
  const auto bytes = std::as_bytes(std::span{keys});
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> values_of(std::size_t count, std::byte each = {}) {
  return std::vector<std::byte>(count * sizeof(std::uint64_t), each);
}

/// The keys, or of keys that are several numbers the last.
std::multiset<std::uint32_t> keys_of(const raw_entries& entries, std::size_t key_size = 4) {
  std::multiset<std::uint32_t> keys;
  for (std::size_t end = key_size; end <= entries.keys.size(); end += key_size) {
    std::uint32_t key = 0;
    std::memcpy(&key, entries.keys.data() + end - sizeof key, sizeof key);
    keys.insert(key);
  }
  return keys;
}

std::set<std::uint32_t> unique(const std::multiset<std::uint32_t>& keys) {
  return {keys.begin(), keys.end()};
}

}  // namespace

TEST_CASE("a map is read whole in batches of any size", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 500);
  const raw_map raw = raw_map::over(live).value();
  const auto values = values_of(500, std::byte{7});
  REQUIRE(raw.write(keys_up_to(500), values).value() == 500);
  // One entry at a time: most buckets are larger, so the kernel answers ENOSPC.
  for (const std::uint32_t batch : {1U, 2U, 3U, 64U, 499U, 500U, 501U, 4096U}) {
    INFO(batch);
    const auto entries = raw.read(batch).value();
    const auto keys = keys_of(entries);
    CHECK(keys.size() == 500);
    CHECK(unique(keys).size() == 500);
    CHECK(entries.values == values);
  }
}

TEST_CASE("arrays, LRU maps and tries are read whole too", "[kernel][raw_map]") {
  for (const auto type : {uapi::map_type::array, uapi::map_type::lru_hash}) {
    const map live = made(type, 300);
    const raw_map raw = raw_map::over(live).value();
    REQUIRE(raw.write(keys_up_to(200), values_of(200)).value() == 200);
    INFO(static_cast<unsigned>(type));
    CHECK(raw.read(7).value().keys.size() / 4 == (type == uapi::map_type::array ? 300 : 200));
  }
  const map live = made(uapi::map_type::lpm_trie, 64, 1);
  const raw_map trie = raw_map::over(live).value();
  std::vector<std::byte> keys;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const std::uint32_t key[2] = {32, i};
    const auto bytes = std::as_bytes(std::span{key});
    keys.insert(keys.end(), bytes.begin(), bytes.end());
  }
  CHECK(trie.write(keys, values_of(50), write_mode::any, 8).value() == 50);
  CHECK(trie.read().value().keys.size() == keys.size());
  CHECK(trie.erase_many(keys, 8).value() == 50);
  CHECK(trie.read().value().keys.empty());
}

TEST_CASE("an empty map reads as nothing", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 10);
  const raw_map raw = raw_map::over(live).value();
  CHECK(raw.read().value().keys.empty());
  CHECK(raw.write({}, {}).value() == 0);
  CHECK(raw.erase_many({}).value() == 0);
}

TEST_CASE("bulk writes pass over keys that do not qualify", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 100);
  const raw_map raw = raw_map::over(live).value();
  const auto typed = typed_map<std::uint32_t, std::uint64_t>::over(live).value();
  REQUIRE(typed.update(3, 33));
  REQUIRE(typed.update(4, 44));
  const auto values = values_of(10);
  for (const std::uint32_t batch : {1U, 4U, 100U}) {
    INFO(batch);
    const std::size_t expected = batch == 1 ? 8 : 0;  // the first round fills what was missing
    CHECK(raw.write(keys_up_to(10), values, write_mode::only_missing, batch).value() == expected);
  }
  CHECK(typed.lookup(3).value() == 33U);
  CHECK(raw.write(keys_up_to(20), values_of(20), write_mode::only_existing, 4).value() == 10);
  CHECK(typed.lookup(3).value() == 0U);
  CHECK(raw.erase_many(keys_up_to(20), 3).value() == 10);
}

TEST_CASE("a bulk write into a full map says how far it came", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 100);
  const raw_map raw = raw_map::over(live).value();
  const auto written = raw.write(keys_up_to(150), values_of(150), write_mode::any, 64);
  REQUIRE_FALSE(written);
  CHECK(written.error().is(errc::full));
  CHECK(written.error().found() == "100 of 150 entries written, then entry 100 refused");
  CHECK(raw.read().value().keys.size() == 400);
}

TEST_CASE("keys and values of other sizes are refused before the kernel", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 10);
  const raw_map raw = raw_map::over(live).value();
  std::byte three[3]{};
  std::byte four[4]{};
  std::byte eight[8]{};
  CHECK(raw.lookup(three, eight).error().is(errc::invalid_argument));
  CHECK(raw.lookup(four, four).error().is(errc::invalid_argument));
  CHECK(raw.update(eight, eight).error().is(errc::invalid_argument));
  CHECK(raw.erase(three).error().is(errc::invalid_argument));
  CHECK(raw.write(eight, eight).error().is(errc::invalid_argument));
  CHECK(raw.erase_many(three).error().is(errc::invalid_argument));
}

namespace {

constexpr std::uint32_t staying = 2000;
constexpr std::uint32_t no_prealloc = 1;  // BPF_F_NO_PREALLOC

struct prefix {
  std::uint32_t length = 32;
  std::uint32_t data = 0;
};

/// Reads a map 20 times while a thread adds and erases entries beside the first `staying`.
template <class Update, class Erase, class Read>
void check_that_stays(const Update& update, const Erase& erase, const Read& read) {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> turns{0};
  std::thread writer{[&] {
    for (std::uint32_t key = staying; !stop; key = key == 6000 ? staying : key + 1) {
      if (!update(key) || !erase(key > staying + 20 ? key - 20 : 5999)) return;
      ++turns;
    }
  }};
  while (turns == 0) std::this_thread::yield();
  std::size_t missed = 0;
  std::size_t repeated = 0;
  for (int round = 0; round < 20; ++round) {
    const std::multiset<std::uint32_t> keys = read();
    for (std::uint32_t key = 0; key < staying; ++key) missed += keys.count(key) == 0 ? 1 : 0;
    repeated += keys.size() - unique(keys).size();
  }
  stop = true;
  writer.join();
  CHECK(missed == 0);
  CHECK(repeated == 0);
  CHECK(turns > 100);
}

}  // namespace

TEST_CASE("entries that stay are read once each while others come and go", "[kernel][raw_map]") {
  for (const std::uint32_t flags : {0U, no_prealloc}) {
    INFO("flags " << flags);
    const map live = made(uapi::map_type::hash, 8000, flags);
    const raw_map raw = raw_map::over(live).value();
    const auto typed = typed_map<std::uint32_t, std::uint64_t>::over(live).value();
    REQUIRE(raw.write(keys_up_to(staying), values_of(staying)).value() == staying);
    check_that_stays([&](std::uint32_t key) { return bool{typed.update(key, 1)}; },
                     [&](std::uint32_t key) { return bool{typed.erase(key)}; },
                     [&] { return keys_of(raw.read(16).value()); });
  }
}

TEST_CASE("prefixes that stay are read once each while others come and go", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::lpm_trie, 8000, no_prealloc);
  const raw_map raw = raw_map::over(live).value();
  const auto typed = typed_map<prefix, std::uint64_t>::over(live).value();
  for (std::uint32_t key = 0; key < staying; ++key) REQUIRE(typed.update(prefix{32, key}, 1));
  check_that_stays(
      [&](std::uint32_t key) {
        return bool{typed.update(prefix{32, key}, 1)};
      },
      [&](std::uint32_t key) {
        return bool{typed.erase(prefix{32, key})};
      },
      [&] { return keys_of(raw.read().value(), sizeof(prefix)); });
}

TEST_CASE("a walk over a map that is being emptied ends", "[kernel][raw_map]") {
  const map live = made(uapi::map_type::hash, 20000);
  const raw_map raw = raw_map::over(live).value();
  const auto typed = typed_map<std::uint32_t, std::uint64_t>::over(live).value();
  REQUIRE(raw.write(keys_up_to(20000), values_of(20000)).value() == 20000);
  std::thread eraser{[&] {
    for (std::uint32_t key = 0; key < 20000; key += 2) static_cast<void>(typed.erase(key));
  }};
  const auto entries = detail::read_by_walk(raw);
  eraser.join();
  REQUIRE(entries);
  const auto keys = keys_of(*entries);
  CHECK(keys.size() == unique(keys).size());
  std::size_t odd = 0;
  for (const auto key : keys) odd += key % 2;
  CHECK(odd == 10000);
}
