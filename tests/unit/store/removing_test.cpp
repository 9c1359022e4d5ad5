// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include "format_1_bytes.hpp"
#include "ground.hpp"

using namespace linchpin;
using namespace store_test;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;

namespace {

// Pins a loaded object as a generation of the firewall, and says what is pinned.
generation_record pin_generation(store& on, kernel& by, std::uint64_t number) {
  const auto loaded = ground::load(by);
  generation_record made;
  made.number = {number};
  for (const auto& program : loaded.programs) {
    must(on.pin(program.program.ref(), on.program_path("firewall", {number}, program.name)));
    made.programs.push_back({program.name, program.info.type, {}, program.info.id, {}});
  }
  for (const auto& map : loaded.maps) {
    must(on.pin(map.map.ref(), on.map_path("firewall", {number}, map.name)));
    map_record recorded;
    recorded.spec.name = map.name;
    recorded.id = map.info.id;
    made.maps.push_back(recorded);
  }
  return made;
}

}  // namespace

TEST_CASE("a generation goes with its directory", "[store]") {
  ground on;
  auto store = on.open();
  const auto first = pin_generation(store, on.service, 1);
  const auto second = pin_generation(store, on.service, 2);
  const auto left = must(store.remove_generation("firewall", first));
  CHECK(left.empty());
  CHECK_FALSE(on.stands("/firewall/gen-1/"));
  CHECK(on.machine.programs() == std::vector{second.programs[0].id});
  CHECK(must(store.taken("firewall")) == std::vector<std::string>{"gen-2/"});
  CHECK(must(store.remove_generation("firewall", first)).empty());
}

TEST_CASE("pins of others in a generation stay and are named", "[store]") {
  ground on;
  auto store = on.open();
  const auto record = pin_generation(store, on.service, 1);
  // Under names like ours, under names of their own, in a directory, in the place of our pin.
  on.pin_map("/firewall/gen-1/map-extra");
  on.pin_program("/firewall/gen-1/prog-extra");
  on.pin_map("/firewall/gen-1/theirs");
  on.pin_map("/firewall/gen-1/deep/theirs");
  on.remove("/firewall/gen-1/map-stages");
  const auto theirs = on.pin_map("/firewall/gen-1/map-stages");

  const auto left = must(store.remove_generation("firewall", record));
  CHECK(left == std::vector<std::string>{
                    root + "/firewall/gen-1/deep/", root + "/firewall/gen-1/map-extra",
                    root + "/firewall/gen-1/map-stages", root + "/firewall/gen-1/prog-extra",
                    root + "/firewall/gen-1/theirs"});
  for (const auto& path : left) CHECK(contains(on.machine.pins(), path));
  const auto maps = on.machine.maps();
  CHECK(std::find(maps.begin(), maps.end(), theirs) != maps.end());
  CHECK_FALSE(on.stands("/firewall/gen-1/prog-guide_in"));
}

TEST_CASE("a pin of another kind in the place of ours stays", "[store]") {
  ground on;
  auto store = on.open();
  const auto record = pin_generation(store, on.service, 1);
  on.remove("/firewall/gen-1/map-stages");
  on.pin_program("/firewall/gen-1/map-stages");
  on.remove("/firewall/gen-1/prog-guide_in");
  on.pin_map("/firewall/gen-1/prog-guide_in");
  CHECK(must(store.remove_generation("firewall", record)) ==
        std::vector<std::string>{root + "/firewall/gen-1/map-stages",
                                 root + "/firewall/gen-1/prog-guide_in"});
}

TEST_CASE("what has no identity on record stays", "[store]") {
  ground on;
  auto store = on.open();
  auto record = pin_generation(store, on.service, 1);
  record.programs[0].id = {};
  CHECK(must(store.remove_generation("firewall", record)) ==
        std::vector<std::string>{root + "/firewall/gen-1/prog-guide_in"});
}

TEST_CASE("a component goes with its records", "[store]") {
  ground on;
  on.fill();
  on.put("/firewall/record-next", on.bytes("/firewall/record"));
  auto store = on.open();
  CHECK(must(store.remove_component("firewall")));
  CHECK_FALSE(on.stands("/firewall/"));
  CHECK(on.stands("/guide/record"));
  CHECK(must(store.remove_component("firewall")));
}

TEST_CASE("a component's directory stays while others have something in it", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/firewall/theirs");
  on.remove("/firewall/record-copy");
  on.pin_map("/firewall/record-copy");
  auto store = on.open();
  CHECK_FALSE(must(store.remove_component("firewall")));
  CHECK_FALSE(on.stands("/firewall/record"));
  CHECK(must(store.taken("firewall")) == std::vector<std::string>{"record-copy", "theirs"});
}

TEST_CASE("a released component keeps its pins and is no component any more", "[store]") {
  ground on;
  on.fill();
  auto store = on.open();
  const auto record = pin_generation(store, on.service, 1);
  const auto place = must(store.release("firewall"));
  CHECK(place == root + "/released-firewall-1");
  CHECK(on.machine.programs() == std::vector{record.programs[0].id});
  CHECK(on.stands("/released-firewall-1/gen-1/prog-guide_in"));
  CHECK(on.stands("/released-firewall-1/record"));
  CHECK_FALSE(on.stands("/firewall/"));
  REQUIRE(store.found().size() == 1);
  CHECK(store.found()[0].name == "guide");
  must(store.reload());
  REQUIRE(store.found().size() == 1);
  CHECK(store.found()[0].name == "guide");
  CHECK(store.problems().empty());
  CHECK(store.serial() == 41);
  CHECK(store.policies() == sample_manifest().policies);
  CHECK(decode_manifest(on.bytes("/manifest")).value().components ==
        std::vector<std::string>{"guide"});
}

TEST_CASE("a component of the same name can be released again", "[store]") {
  ground on;
  on.fill();
  auto store = on.open();
  must(store.release("firewall"));
  must(store.write_record(sample_record("firewall", 42)));
  CHECK(must(store.release("firewall")) == root + "/released-firewall-2");
  CHECK(on.stands("/released-firewall-1/record"));
}

TEST_CASE("a component without a readable record can be released", "[store]") {
  ground on;
  on.fill();
  on.put("/firewall/record", std::as_bytes(std::span{"damage"}));
  on.put("/firewall/record-copy", std::as_bytes(std::span{"damage"}));
  on.pin_map("/firewall/link-7");
  auto store = on.open();
  CHECK(must(store.release("firewall")) == root + "/released-firewall-1");
  CHECK(on.stands("/released-firewall-1/link-7"));
  must(store.reload());
  CHECK(store.found().size() == 1);
}

TEST_CASE("a component of which only the name is left can be released", "[store]") {
  ground on;
  on.fill();
  on.machine.remove_tree(root + "/guide");
  auto store = on.open();
  CHECK(must(store.release("guide")).empty());
  must(store.reload());
  CHECK(store.found().size() == 1);
}

TEST_CASE("what is no component cannot be released", "[store]") {
  ground on;
  on.fill();
  auto store = on.open();
  const auto before = on.machine.text();
  CHECK(store.release("router").error().is(errc::not_found));
  CHECK(store.release("").error().is(errc::invalid_argument));
  CHECK(store.release("manifest").error().is(errc::invalid_argument));
  CHECK(store.release("firewall/gen-3").error().is(errc::invalid_argument));
  CHECK(on.machine.text() == before);
}

TEST_CASE("a release over a manifest of format 1 loses no record", "[store][format_1]") {
  ground on;
  on.put("/manifest", std::as_bytes(std::span{format_1::manifest_1_bytes}));
  on.pin_program("/firewall/gen-3/prog-fw_ingress");
  auto store = on.open();
  const auto firewall = find(store, "firewall").record;
  const auto guide = find(store, "guide").record;
  must(store.release("firewall"));
  CHECK(decode_component(on.bytes("/released-firewall-1/record")).value() == firewall);
  must(store.reload());
  REQUIRE(store.found().size() == 1);
  CHECK(store.found()[0].record == guide);
  CHECK(store.problems().empty());
}

TEST_CASE("a death at any call of a release leaves the component found or released", "[store]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth);
    ground on;
    on.fill();
    bool struck = false;
    {
      faulty_kernel faulty{on.service};
      auto store = must(store::open(faulty, root));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      const auto released = store.release("firewall");
      struck = faulty.struck();
      CHECK(bool(released) != struck);
    }
    linchpin::testing::fake_kernel next{on.machine};
    const auto store = must(store::open(next, root));
    CHECK(find(store, "guide").record == sample_record("guide", 40));
    if (on.stands("/released-firewall-1/")) {
      CHECK(store.found().size() == 1);
    } else {
      CHECK(find(store, "firewall").record == sample_record("firewall"));
      CHECK(find(store, "firewall").problems.empty());
    }
    if (!struck) break;
  }
}
