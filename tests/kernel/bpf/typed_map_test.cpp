// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/percpu_map.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include "many_maps.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <vector>

using namespace linchpin;

namespace {

object loaded() {
  object many = object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
  many.ignore_declared_pins();
  many.load().value();
  return many;
}

typed_map<std::uint32_t, std::uint64_t> numbers_of(const object& many) {
  return typed_map<std::uint32_t, std::uint64_t>::over(many.find_map("numbers").value()).value();
}

std::vector<std::uint32_t> sequence(std::uint32_t count) {
  std::vector<std::uint32_t> keys(count);
  std::iota(keys.begin(), keys.end(), 0U);
  return keys;
}

struct flow_key {
  std::uint32_t source;
  std::uint16_t port;
  std::uint16_t protocol;
};
struct padded_key {
  std::uint32_t a;
  std::uint8_t b;
};

static_assert(map_key<flow_key>);
static_assert(!map_key<padded_key>, "padding bytes would be part of the key");
static_assert(!map_value<std::vector<int>>);

}  // namespace

TEST_CASE("an absent key is no error", "[kernel][typed_map]") {
  const object many = loaded();
  const auto numbers = numbers_of(many);
  const auto absent = numbers.lookup(7);
  REQUIRE(absent);
  CHECK_FALSE(absent->has_value());
  REQUIRE(numbers.update(7, 70));
  CHECK(numbers.lookup(7).value() == 70U);
  CHECK(numbers.erase(7).value());
  CHECK_FALSE(numbers.erase(7).value());
  CHECK_FALSE(numbers.lookup(7).value().has_value());
}

TEST_CASE("a write says which keys it may touch", "[kernel][typed_map]") {
  const object many = loaded();
  const auto numbers = numbers_of(many);
  const auto not_yet = numbers.update(1, 10, write_mode::only_existing);
  REQUIRE_FALSE(not_yet);
  CHECK(not_yet.error().is(errc::not_found));
  REQUIRE(numbers.update(1, 10, write_mode::only_missing));
  const auto twice = numbers.update(1, 11, write_mode::only_missing);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().is(errc::already_exists));
  CHECK(numbers.lookup(1).value() == 10U);
  REQUIRE(numbers.update(1, 12, write_mode::only_existing));
  CHECK(numbers.lookup(1).value() == 12U);
}

TEST_CASE("a full map is told from other failures", "[kernel][typed_map]") {
  const object many = loaded();
  const auto numbers = numbers_of(many);
  const auto keys = sequence(1000);
  const std::vector<std::uint64_t> values(1000, 1);
  CHECK(numbers.write(keys, values).value() == 1000);
  const auto one_more = numbers.update(5000, 1);
  REQUIRE_FALSE(one_more);
  CHECK(one_more.error().is(errc::full));
  CHECK(one_more.error().os_error() == E2BIG);
  CHECK(one_more.error().advice().find("max_entries") != std::string_view::npos);
  CHECK(numbers.update(999, 2));  // what is there can be overwritten
  REQUIRE(numbers.erase(0).value());
  CHECK(numbers.update(5000, 1));
}

TEST_CASE("an array index out of range is full, an LRU map never is", "[kernel][typed_map]") {
  const object many = loaded();
  const auto counters =
      typed_map<std::uint32_t, std::uint64_t>::over(many.find_map("counters").value()).value();
  const auto beyond = counters.update(8, 1);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().is(errc::full));
  const auto recent =
      typed_map<std::uint32_t, std::uint64_t>::over(many.find_map("recent").value()).value();
  const auto keys = sequence(2000);
  const std::vector<std::uint64_t> values(2000, 1);
  CHECK(recent.write(keys, values).value() == 2000);
  CHECK(recent.read().value().size() <= 512);
}

TEST_CASE("types of another size or kind are refused", "[kernel][typed_map]") {
  const object many = loaded();
  const auto numbers = many.find_map("numbers").value();
  const auto narrow = typed_map<std::uint32_t, std::uint32_t>::over(numbers);
  REQUIRE_FALSE(narrow);
  CHECK(narrow.error().is(errc::layout_mismatch));
  CHECK(narrow.error().found() == "key of 4 bytes, value of 8");
  const auto percpu = many.find_map("percpu_counters").value();
  const auto plain = typed_map<std::uint32_t, std::uint64_t>::over(percpu);
  REQUIRE_FALSE(plain);
  CHECK(plain.error().is(errc::wrong_type));
  const auto not_percpu = percpu_map<std::uint32_t, std::uint64_t>::over(numbers);
  REQUIRE_FALSE(not_percpu);
  CHECK(not_percpu.error().is(errc::wrong_type));
}

TEST_CASE("lookup and erase in one step", "[kernel][typed_map]") {
  const object many = loaded();
  const auto numbers = numbers_of(many);
  REQUIRE(numbers.update(3, 33));
  const auto taken = numbers.take(3);
  if (!taken && taken.error().os_error() != 0) {
    SKIP("no lookup_and_delete on hash maps: kernel before 5.14");
  }
  CHECK(taken.value() == 33U);
  CHECK_FALSE(numbers.take(3).value().has_value());
}

TEST_CASE("a frozen map refuses writes with a hint", "[kernel][typed_map]") {
  const object many = loaded();
  const auto live = many.find_map("counters").value();
  const auto counters = typed_map<std::uint32_t, std::uint64_t>::over(live).value();
  REQUIRE(live.freeze());
  const auto written = counters.update(0, 1);
  REQUIRE_FALSE(written);
  CHECK(written.error().is(errc::permission_denied));
  CHECK(written.error().advice().find("frozen") != std::string_view::npos);
  const std::uint32_t keys[] = {0, 1};
  const std::uint64_t values[] = {1, 1};
  const auto many_written = counters.write(keys, values);
  REQUIRE_FALSE(many_written);
  CHECK(many_written.error().found() == "0 of 2 entries written, then entry 0 refused");
}

TEST_CASE("a per-CPU value has a slot for every possible CPU", "[kernel][percpu_map]") {
  const object many = loaded();
  const auto live = many.find_map("percpu_numbers").value();
  const auto numbers = percpu_map<std::uint32_t, std::uint32_t>::over(live).value();
  const std::uint32_t cpus = possible_cpus().value();
  CHECK(numbers.cpus() == cpus);
  std::vector<std::uint32_t> values(cpus);
  std::iota(values.begin(), values.end(), 100U);
  REQUIRE(numbers.update(1, values));
  CHECK(numbers.lookup(1).value().value() == values);
  CHECK_FALSE(numbers.lookup(2).value().has_value());
  values.push_back(0);
  const auto one_too_many = numbers.update(1, values);
  REQUIRE_FALSE(one_too_many);
  CHECK(one_too_many.error().is(errc::invalid_argument));
  values.pop_back();
  REQUIRE(numbers.update(2, values));
  const auto all = numbers.read().value();
  CHECK(all.size() == 2);
  CHECK(std::all_of(all.begin(), all.end(),
                    [&](const auto& entry) { return entry.values == values; }));
  CHECK(numbers.erase(1).value());
  CHECK_FALSE(numbers.erase(1).value());
}

TEST_CASE("a per-CPU array is read whole", "[kernel][percpu_map]") {
  const object many = loaded();
  const auto counters =
      percpu_map<std::uint32_t, std::uint64_t>::over(many.find_map("percpu_counters").value())
          .value();
  const auto all = counters.read().value();
  CHECK(all.size() == 4);
  CHECK(all.front().values.size() == counters.cpus());
}
