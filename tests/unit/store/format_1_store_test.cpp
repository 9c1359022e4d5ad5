// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <optional>

#include "format_1_bytes.hpp"
#include "ground.hpp"

using namespace linchpin;
using namespace store_test;

namespace {

std::vector<std::byte> old_manifest() {
  const auto bytes = std::as_bytes(std::span{format_1::manifest_1_bytes});
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a store of the first version is read and left as it is", "[store][format_1]") {
  ground on;
  on.put("/manifest", old_manifest());
  on.put("/journal", std::as_bytes(std::span{format_1::journal_1_bytes}));
  on.pin_program("/firewall/gen-3/prog-fw_ingress");
  const auto before = on.machine.text();
  {
    const auto store = on.open();
    CHECK(store.serial() == 41);
    CHECK(store.policies() == std::vector<std::string>{"order.priority/1", "sizing.declared/1"});
    CHECK(store.problems().empty());
    REQUIRE(store.found().size() == 2);
    const auto& old = decode_manifest_1(old_manifest()).value();
    CHECK(store.found()[0].record == carried_on(old.components[0], 41).value());
    CHECK(store.found()[0].problems.empty());
    CHECK(store.found()[1].record == carried_on(old.components[1], 41).value());
    CHECK_FALSE(store.unfinished());
    REQUIRE(store.unfinished_1());
    CHECK(store.unfinished_1()->serial == 42);
    CHECK(store.unfinished_1()->components.size() == 2);
  }
  CHECK(on.machine.text() == before);
}

TEST_CASE("the first index over a manifest of format 1 brings all records along",
          "[store][format_1]") {
  ground on;
  on.put("/manifest", old_manifest());
  auto firewall = sample_record("firewall", 42);
  std::optional<component_record> guide;
  {
    auto store = on.open();
    guide = find(store, "guide").record;
    must(store.write_record(firewall));
    must(store.write_index({42, {"order.priority/1"}, {"firewall", "guide"}}));
  }
  const auto store = on.open();
  CHECK(store.problems().empty());
  CHECK(store.serial() == 42);
  CHECK(find(store, "firewall").record == firewall);
  CHECK(find(store, "firewall").problems.empty());
  REQUIRE(guide);
  CHECK(find(store, "guide").record == guide);
  CHECK(find(store, "guide").problems.empty());
}

TEST_CASE("a record beside a manifest of format 1 counts, having been written after it",
          "[store][format_1]") {
  ground on;
  on.put("/manifest", old_manifest());
  const auto written = sample_record("firewall", GENERATE(41u, 42u));
  must(on.open().write_record(written));
  CHECK(find(on.open(), "firewall").record == written);
}

TEST_CASE("a damaged manifest of format 1 leaves its components without records",
          "[store][format_1]") {
  ground on;
  on.pin_program("/firewall/gen-3/prog-fw_ingress");
  const auto good = old_manifest();
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 5) {
    INFO("bit " << bit);
    on.put("/manifest", flipped(good, bit));
    const auto store = on.open();
    REQUIRE(store.problems().size() == 1);
    REQUIRE(store.found().size() == 1);
    REQUIRE_FALSE(store.found()[0].record);
  }
}
