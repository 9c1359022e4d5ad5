// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <algorithm>
#include <catch2/generators/catch_generators.hpp>
#include <functional>
#include <vector>

// What a process finds in the store when somebody was at its pins meanwhile. Nothing of what was
// recorded is guessed at: what can be opened by its id is, and otherwise one component is the poorer
// for it, which says so, while everything runs on.

using namespace engine_test;
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

  void check_traffic() {
    std::size_t i = 0;
    for (const auto& hook : host.guarded()) CHECK(host.run(hook) == ran[i++]);
  }

  // Opens the store in a process that may not open anything by its id, or may.
  std::vector<std::string> problems(bool by_id) {
    fake_kernel next{host};
    next.may_open_by_id(by_id);
    auto edge = open(next);
    check_traffic();
    const auto status = must(edge.status());
    REQUIRE(status.components.size() == 2);
    CHECK(status.components[1].problems.empty());
    CHECK(must(edge.plan({guard(), guide()})).empty());
    check_traffic();
    return status.components[0].problems;
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
                                  [&](const auto& component) { return component.name == name; });
  REQUIRE(found != objects.end());
  return *found;
}

std::string numbered(const char* kind, auto id) {
  return kind + std::to_string(id.value);
}

}  // namespace

TEST_CASE("a missing pin of what runs is put back, by its id", "[engine][adoption]") {
  const auto& path = GENERATE(std::cref(program_pin), std::cref(map_pin)).get();
  left_store here;
  must(here.somebody.remove_pin(path));
  CHECK(here.problems(true).empty());
  CHECK(must(here.somebody.open_pin(path, linchpin::pin_kind::program)));
}

TEST_CASE("a missing pin is told of where nothing may be opened by its id", "[engine][adoption]") {
  const auto& path = GENERATE(std::cref(program_pin), std::cref(map_pin)).get();
  left_store here;
  must(here.somebody.remove_pin(path));
  const auto told = here.problems(false);
  REQUIRE(told.size() == 1);
  CHECK(told.front().starts_with(path));
  CHECK(told.front().find("found nothing") != std::string::npos);
  CHECK(told.front().find("CAP_SYS_ADMIN") != std::string::npos);
}

TEST_CASE(
    "an upgrade that takes what cannot be opened leaves that component as it is, and no other",
    "[engine][adoption]") {
  left_store here;
  must(here.somebody.remove_pin(program_pin));
  fake_kernel next{here.host};
  next.may_open_by_id(false);
  auto edge = open(next);
  const auto wanted = {guard(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())};
  const auto report = must(edge.apply(wanted));
  REQUIRE(report.held_back.size() == 2);  // it stands at two hooks
  CHECK(report.held_back.front().find("program guard_in") != std::string::npos);
  CHECK(report.updated == 1);
  const auto status = must(edge.status());
  CHECK(status.components[0].generation.value == 1);
  CHECK(status.components[1].generation.value == 2);
  CHECK(must(edge.plan(wanted)).notes().size() == 2);
  // Giving it up touches no traffic, and makes its name free again.
  const auto running = here.host.run(here.host.xdp("eth0"));
  must(edge.release("guard"));
  CHECK(here.host.run(here.host.xdp("eth0")) == running);
}

TEST_CASE("another object under the name of ours is not adopted, equal or not",
          "[engine][adoption]") {
  left_store here;
  const auto theirs = must(here.somebody.load(image(), {}));
  const bool by_id = GENERATE(true, false);
  std::string path = program_pin;
  std::string found;
  SECTION("the same code, loaded by somebody else") {
    const auto& taken = named(theirs.programs, "guard_in");
    here.put_at(path, taken.program);
    found = numbered("program ", taken.info.id);
  }
  SECTION("other code") {
    const auto& taken = named(theirs.programs, "guard_out");
    here.put_at(path, taken.program);
    found = numbered("program ", taken.info.id);
  }
  SECTION("a map of the same layout") {
    path = map_pin;
    const auto& taken = named(theirs.maps, "flows");
    here.put_at(path, taken.map);
    found = numbered("map ", taken.info.id);
  }
  SECTION("a map in the place of a program") {
    const auto& taken = named(theirs.maps, "flows");
    here.put_at(path, taken.map);
  }
  const auto told = here.problems(by_id);
  REQUIRE(told.size() == 1);
  CHECK(told.front().starts_with(path));
  CHECK(told.front().find(found) != std::string::npos);
  // It is somebody else's, and stays.
  CHECK(must(here.somebody.list_pins(std::string{root} + "/guard/gen-1")).size() == 8);
}

TEST_CASE("a store whose pins were put back is adopted as if nothing had been",
          "[engine][adoption]") {
  left_store here;
  const auto kept = must(here.somebody.open_pin(program_pin, linchpin::pin_kind::program));
  must(here.somebody.remove_pin(program_pin));
  CHECK(here.problems(false).size() == 1);
  must(here.somebody.pin(kept.ref(), program_pin));
  fake_kernel next{here.host};
  auto edge = open(next);
  CHECK(must(edge.plan({guard(), guide()})).empty());
  CHECK(must(edge.status()).healthy());
}
