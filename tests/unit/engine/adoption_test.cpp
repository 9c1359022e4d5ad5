// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <algorithm>
#include <vector>

// What a process finds in the store when somebody was at its pins meanwhile. Nothing of what was
// recorded is guessed at: the store is refused, and what is attached stays.

using namespace engine_test;
using linchpin::errc;
using linchpin::testing::fake_kernel;

namespace {

const std::string program_pin = std::string{root} + "/guard/gen-1/prog-guard_in";
const std::string map_pin = std::string{root} + "/guard/gen-1/map-flows";

// Two components of an earlier process, and somebody who works on its pins.
struct left_store {
  left_store() {
    fake_kernel earlier{host};
    must(open(earlier).apply({guard(), guide()}));
    for (const auto& hook : host.guarded()) ran.push_back(host.run(hook));
  }

  // Something of the same kind that is not ours, pinned under our name.
  void put_at(const std::string& path, const auto& theirs) {
    must(somebody.remove_pin(path));
    must(somebody.pin(theirs.ref(), path));
  }

  linchpin::error refusal(std::string_view path) {
    const auto before = host.text();
    fake_kernel next{host};
    auto told = refused(linchpin::orchestrator<ordered>::open(root, {.acting = &next}));
    INFO(told.message());
    CHECK(told.is(errc::conflict));
    CHECK(told.subject() == path);
    CHECK(told.message().find("what is attached goes on running") != std::string::npos);
    CHECK(next.calls().writes() == 0);
    CHECK(host.text() == before);
    std::size_t i = 0;
    for (const auto& hook : host.guarded()) CHECK(host.run(hook) == ran[i++]);
    return told;
  }

  machine host;
  fake_kernel somebody{host};
  std::vector<std::vector<linchpin::program_id>> ran;
};

linchpin::object_image image() {
  return must(elf(bpf_objects::guard()).read());
}

auto& named(auto& objects, std::string_view name) {
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [&](const auto& one) { return one.name == name; });
  REQUIRE(found != objects.end());
  return *found;
}

std::string numbered(const char* kind, auto id) {
  return kind + std::to_string(id.value);
}

}  // namespace

TEST_CASE("a store in which a program's pin is missing is refused by its path",
          "[engine][adoption]") {
  left_store here;
  must(here.somebody.remove_pin(program_pin));
  const auto told = here.refusal(program_pin);
  CHECK(told.expected() == "a pinned program");
  CHECK(told.found() == "nothing");
}

TEST_CASE("a store in which a map's pin is missing is refused by its path", "[engine][adoption]") {
  left_store here;
  must(here.somebody.remove_pin(map_pin));
  const auto told = here.refusal(map_pin);
  CHECK(told.expected() == "a pinned map");
  CHECK(told.found() == "nothing");
}

TEST_CASE("another program under the name of ours is not adopted, equal code or not",
          "[engine][adoption]") {
  left_store here;
  const auto ours = must(here.somebody.open_pin(program_pin, linchpin::pin_kind::program));
  const auto id = must(here.somebody.describe_program(ours.ref())).id;
  const auto theirs = must(here.somebody.load(image(), {}));
  const char* name = "";
  SECTION("the same code, loaded by somebody else") {
    name = "guard_in";
  }
  SECTION("other code") {
    name = "guard_out";
  }
  const auto& taken = named(theirs.programs, name);
  here.put_at(program_pin, taken.program);
  const auto told = here.refusal(program_pin);
  CHECK(told.expected() == numbered("program ", id));
  CHECK(told.found() == numbered("program ", taken.info.id));
}

TEST_CASE("another map under the name of ours is not adopted, equal layout or not",
          "[engine][adoption]") {
  left_store here;
  const auto ours = must(here.somebody.open_pin(map_pin, linchpin::pin_kind::map));
  const auto id = must(here.somebody.describe_map(ours.ref())).id;
  const auto theirs = must(here.somebody.load(image(), {}));
  const char* name = "";
  SECTION("the same layout, made by somebody else") {
    name = "flows";
  }
  SECTION("another layout") {
    name = "totals";
  }
  const auto& taken = named(theirs.maps, name);
  here.put_at(map_pin, taken.map);
  const auto told = here.refusal(map_pin);
  CHECK(told.expected() == numbered("map ", id));
  CHECK(told.found() == numbered("map ", taken.info.id));
}

TEST_CASE("a map under the name of a program is not taken for one", "[engine][adoption]") {
  left_store here;
  const auto map = must(here.somebody.open_pin(map_pin, linchpin::pin_kind::map));
  here.put_at(program_pin, map);
  const auto before = here.host.text();
  fake_kernel next{here.host};
  const auto told = refused(linchpin::orchestrator<ordered>::open(root, {.acting = &next}));
  INFO(told.message());
  CHECK(told.is(errc::conflict));
  CHECK(told.subject() == program_pin);
  CHECK(told.expected().starts_with("program "));
  CHECK(next.calls().writes() == 0);
  CHECK(here.host.text() == before);
}

TEST_CASE("a store whose pins were put back is adopted as if nothing had been",
          "[engine][adoption]") {
  left_store here;
  const auto kept = must(here.somebody.open_pin(program_pin, linchpin::pin_kind::program));
  must(here.somebody.remove_pin(program_pin));
  CHECK(here.refusal(program_pin).found() == "nothing");
  must(here.somebody.pin(kept.ref(), program_pin));
  fake_kernel next{here.host};
  auto edge = open(next);
  CHECK(must(edge.plan({guard(), guide()})).empty());
  CHECK(must(edge.status()).healthy());
}
