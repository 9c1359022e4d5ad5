// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/fill_entries.hpp"

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "conformance_maps.bpf.hpp"
#include "filling.hpp"
#include "many_maps.bpf.hpp"
#include "outer.bpf.hpp"
#include "samples.bpf.hpp"
#include "scene.hpp"

// What cannot be filled, refused before anything is changed.

using namespace engine_test;
using linchpin::desired_component;
using linchpin::errc;
using linchpin::map_entries;
using linchpin::outcome;
using linchpin::result;

namespace {

struct filled {
  std::span<const std::byte> object;
  std::string_view map;
  map_entries entries;

  [[nodiscard]] desired_component component(bool by_function) const {
    desired_component made{"lists", elf(object)};
    auto words = made.map(std::string{map}).carry(linchpin::carry::discard{});
    if (by_function) {
      words.fill([given = entries]() -> result<map_entries> { return given; });
    } else {
      words.fill(entries);
    }
    return made;
  }
};

map_entries numbers(std::initializer_list<std::uint32_t> keys, std::size_t value_size) {
  map_entries made{sizeof(std::uint32_t), static_cast<std::uint32_t>(value_size), {}, {}};
  for (const auto key : keys) append(made.keys, key);
  made.values.resize(keys.size() * value_size);
  return made;
}

}  // namespace

TEST_CASE(
    "entries that do not fit are refused by the plan, and by the apply where a function gives them",
    "[engine][fill]") {
  const auto maps = bpf_objects::conformance_maps();
  auto whole = numbers({1, 2}, 8);
  auto torn = whole;
  torn.values.pop_back();
  auto fewer = whole;
  fewer.values.resize(8);
  struct wrong {
    filled what;
    errc condition;
    std::string_view expected;
    std::string_view found;
  };
  const std::vector<wrong> all{
      {{maps, "small_hash", {2, 8, {}, {}}},
       errc::layout_mismatch,
       "keys of 4 bytes and values of 8, as in the object",
       "keys of 2 bytes and values of 8"},
      {{maps, "small_hash", numbers({1}, 4)},
       errc::layout_mismatch,
       "keys of 4 bytes and values of 8, as in the object",
       "keys of 4 bytes and values of 4"},
      {{maps, "small_hash", torn},
       errc::layout_mismatch,
       "whole keys and as many whole values",
       "8 bytes of keys and 15 of values"},
      {{maps, "small_hash", fewer},
       errc::layout_mismatch,
       "whole keys and as many whole values",
       "8 bytes of keys and 8 of values"},
      {{maps, "small_hash", numbers({1, 2, 1}, 8)},
       errc::invalid_argument,
       "each key once",
       "the key 01000000 a second time, as entry 3 of 3"},
      {{maps, "small_hash", numbers({1, 2, 3, 4, 5}, 8)}, errc::full, "at most 4 entries", "5"},
      {{maps, "recent", numbers({7, 7}, 8)},
       errc::invalid_argument,
       "each key once",
       "the key 07000000 a second time, as entry 2 of 2"},
      {{maps, "slots", numbers({0, 3}, 8)},
       errc::invalid_argument,
       "indices below 3, the size of the array",
       "3"},
      {{maps, "slots", numbers({2, 2}, 8)},
       errc::invalid_argument,
       "each key once",
       "the key 02000000 a second time, as entry 2 of 2"},
      {{bpf_objects::many_maps(),
        "routes",
        {8, 4, bytes_of({33, 0, 0, 0, 10, 0, 0, 1}), bytes_of({0, 0, 0, 0})}},
       errc::invalid_argument,
       "prefixes of at most 32 bits",
       "33"},
      {{bpf_objects::many_maps(),
        "routes",
        {8, 4, bytes_of({8, 0, 0, 0, 10, 0, 0, 1, 8, 0, 0, 0, 10, 7, 7, 7}),
         bytes_of({0, 0, 0, 0, 1, 0, 0, 0})}},
       errc::invalid_argument,
       "each key once",
       "the key 080000000a070707 a second time, as entry 2 of 2"},
  };
  for (const auto& [what, condition, expected, found] : all) {
    INFO(what.map << ": " << found);
    machine host;
    fake_kernel kernel{host};
    auto edge = open(kernel);
    const auto before = host.text();
    for (const bool by_function : {false, true}) {
      const auto told = by_function ? refused(edge.apply({what.component(true)}))
                                    : refused(edge.plan({what.component(false)}));
      INFO(told.message());
      CHECK(told.is(condition));
      CHECK(told.is(by_function ? outcome::rolled_back : outcome::nothing_tried));
      CHECK(told.subject() == "component lists: map " + std::string{what.map});
      CHECK(told.expected() == expected);
      CHECK(told.found() == found);
      CHECK(host.text() == before);
    }
  }
}

TEST_CASE("a fill may be as large as the component makes the map", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto wanted =
      filled{bpf_objects::conformance_maps(), "small_hash", numbers({1, 2, 3, 4, 5}, 8)}.component(
          false);
  wanted.map("small_hash").max_entries(5);
  must(edge.apply({wanted}));
  wanted.map("small_hash").max_entries(4);
  CHECK(refused(edge.plan({wanted})).is(errc::full));
}

TEST_CASE("a map that is not filled by key is refused by the plan", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const bool by_function = GENERATE(false, true);
  struct wrong {
    filled what;
    std::string_view found;
  };
  for (const auto& [what, found] : std::vector<wrong>{
           {{bpf_objects::conformance_maps(), "jumps", numbers({0}, 4)}, "a prog_array"},
           {{bpf_objects::samples(), "samples", {}}, "a ringbuf"},
           {{bpf_objects::conformance_maps(), ".rodata", numbers({0}, 4)},
            "the map of global variables"},
           {{bpf_objects::conformance_maps(), ".data", numbers({0}, 4)},
            "the map of global variables"}}) {
    const auto told = refused(edge.plan({what.component(by_function)}));
    INFO(told.message());
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.subject() == "component lists: map " + std::string{what.map});
    CHECK(told.found() == found);
    CHECK_FALSE(told.advice().empty());
  }
}

TEST_CASE("a fill of a map that the object does not have names the nearest one", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto told = refused(edge.plan(
      {filled{bpf_objects::conformance_maps(), "smal_hash", numbers({1}, 8)}.component(false)}));
  INFO(told.message());
  CHECK(told.is(errc::not_found));
  CHECK(told.advice().find("'small_hash'") != std::string_view::npos);
}

TEST_CASE("a map that both generations share is not filled", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  SECTION("since its component asks to share it: not even at the first start") {
    const auto told =
        refused(edge.plan({filling({{1, 10}}, bpf_objects::guard(), linchpin::carry::reuse{})}));
    INFO(told.message());
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.found().starts_with("carry::reuse [asked for]: "));
  }
  SECTION("since the policy says so: not even where there is no generation to share it with") {
    const auto before = host.text();
    auto wanted = guard();
    wanted.map("flows").fill(flow_entries({{1, 10}}));
    const auto told = refused(edge.plan({wanted}));
    INFO(told.message());
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.is(outcome::nothing_tried));
    CHECK(told.subject() == "component guard, map flows");
    CHECK(
        told.found() ==
        "carry::reuse [carry.reuse/1]: the running programs would see the fill before the switch");
    CHECK(told.advice().find("carry::copy") != std::string_view::npos);
    CHECK(host.text() == before);
  }
}

TEST_CASE("keys that differ in their last bytes alone are compared as fast as others",
          "[engine][fill]") {
  linchpin::map_spec map;
  map.name = "routes";
  map.type = linchpin::uapi::map_type::hash;
  map.key_size = map.value_size = 8;
  map.max_entries = 1U << 20;
  const auto seconds = [&map](bool big_endian) {
    map_entries entries{8, 8, {}, {}};
    for (std::uint64_t i = 0; i < 100'000; ++i)
      append(entries.keys, big_endian ? __builtin_bswap64(i) : i);
    entries.values.resize(entries.keys.size());
    const auto begin = std::chrono::steady_clock::now();
    must(linchpin::check_entries(map, entries));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const auto ordinary = seconds(false);
  CHECK(seconds(true) < 20 * ordinary);
}

TEST_CASE("a fill that no longer fits keeps nobody from anything until a generation is built",
          "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto wanted = [](std::initializer_list<std::uint32_t> keys, std::uint32_t size) {
    desired_component made{"lists", elf(bpf_objects::conformance_maps())};
    made.map("small_hash")
        .max_entries(size)
        .carry(linchpin::carry::discard{})
        .fill(numbers(keys, 8));
    return made;
  };
  must(edge.apply({wanted({1, 2}, 4)}));
  const auto plan = must(edge.plan({wanted({1, 2, 3, 4, 5}, 4)}));
  CHECK(plan.empty());
  CHECK(plan.notes() == std::vector<std::string>{"lists: map small_hash: what it is filled with "
                                                 "changed; only the next generation gets that"});
  CHECK(refused(edge.plan({wanted({1, 2, 3, 4, 5, 6}, 5)})).is(errc::full));
}

TEST_CASE("a fill that finds no room beside what was carried undoes the apply", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto wanted = [](std::span<const std::byte> object) {
    auto made = filling({{1, 10}, {2, 20}}, object, linchpin::carry::copy{});
    made.map("flows").max_entries(3);
    return made;
  };
  must(edge.apply({wanted(bpf_objects::guard())}));
  const auto flows = must(edge.map_handle("guard", "flows"));
  must(kernel.erase_keys(flows, flow_entries({{1, 0}}).keys));
  must(kernel.write_map(flows, flow_entries({{7, 70}, {8, 80}}), false));
  const auto before = host.text();
  const auto told = refused(edge.apply({wanted(bpf_objects::guard_v2())}));
  INFO(told.message());
  CHECK(told.is(errc::full));
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.subject() == "component guard: map flows");
  CHECK(host.text() == before);
}
