// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/sizing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace linchpin;
using uapi::map_type;

namespace {

map_view map_of(std::string_view name, map_type type, std::uint32_t entries,
                std::uint32_t flags = 0) {
  return {"fw", name, type, 4, 8, entries, flags};
}

std::uint32_t scaled(map_type type, std::uint32_t entries, std::uint32_t cpus,
                     std::uint32_t flags = 0) {
  return sizing::per_cpu{}.size(map_of("m", type, entries, flags), {cpus}).max_entries;
}

}  // namespace

TEST_CASE("declared keeps what the object says", "[policy][sizing]") {
  CHECK(sizing::declared{}.size(map_of("m", map_type::hash, 7, 3), {64}) == map_shape{7, 3});
}

TEST_CASE("fixed sizes the maps it lists and leaves the others", "[policy][sizing]") {
  const sizing::fixed sizes{{"blocked", 4096}, {"flows", 65536}};
  CHECK(sizes.size(map_of("blocked", map_type::hash, 1, 5), {2}) == map_shape{4096, 5});
  CHECK(sizes.size(map_of("flows", map_type::hash, 1), {2}) == map_shape{65536, 0});
  CHECK(sizes.size(map_of("blocked_too", map_type::hash, 3), {2}) == map_shape{3, 0});
  CHECK(sizing::fixed{}.size(map_of("blocked", map_type::hash, 3), {2}) == map_shape{3, 0});
}

TEST_CASE("per_cpu multiplies what grows with the machine", "[policy][sizing]") {
  for (const auto type : {map_type::hash, map_type::percpu_hash, map_type::lpm_trie}) {
    CHECK(scaled(type, 1000, 1) == 1000);
    CHECK(scaled(type, 1000, 80) == 80'000);
  }
}

TEST_CASE("per_cpu leaves positions and byte sizes as they are", "[policy][sizing]") {
  for (const auto type : {map_type::array, map_type::percpu_array, map_type::prog_array,
                          map_type::ringbuf, map_type::perf_event_array, map_type::array_of_maps}) {
    CHECK(scaled(type, 4096, 80) == 4096);
  }
}

TEST_CASE("per_cpu gives an LRU map twice what all CPUs can hoard", "[policy][sizing]") {
  // 79 CPUs x 128 free elements exhaust 10,000 entries; 10 for each CPU must become more than that.
  for (const auto type : {map_type::lru_hash, map_type::lru_percpu_hash}) {
    CHECK(scaled(type, 10, 79) == 79 * 256);
    CHECK(scaled(type, 10, 79) >= 2 * 79 * 128);
    CHECK(scaled(type, 1000, 79) == 79'000);
    CHECK(scaled(type, 1, 1) == 256);
  }
}

TEST_CASE("per_cpu does not raise an LRU map whose CPUs share nothing, and keeps it divisible",
          "[policy][sizing]") {
  constexpr std::uint32_t no_common_lru = 2;
  CHECK(scaled(map_type::lru_hash, 10, 79, no_common_lru) == 790);
  CHECK(scaled(map_type::lru_hash, 1001, 6, no_common_lru) % 6 == 0);
}

TEST_CASE("per_cpu never turns a large wish into a small map", "[policy][sizing]") {
  CHECK(scaled(map_type::hash, 1U << 31, 3) == std::numeric_limits<std::uint32_t>::max());
  std::uint32_t before = 0;
  for (std::uint32_t cpus = 1; cpus < 10'000; cpus *= 3) {
    const auto now = scaled(map_type::lru_hash, 1U << 20, cpus);
    CHECK(now >= before);
    CHECK(now >= 1U << 20);
    before = now;
  }
}

TEST_CASE("per_cpu leaves a size that the object left open", "[policy][sizing]") {
  CHECK(scaled(map_type::hash, 0, 8) == 0);
  CHECK(scaled(map_type::lru_hash, 0, 8) == 0);
}
