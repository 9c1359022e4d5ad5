// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cerrno>

#include "ground.hpp"

// What concerns one component alone: a journal that waits in its directory, pins there that nothing
// tells of, and whatever cannot be read of it.

using namespace linchpin;
using namespace store_test;
using linchpin::testing::faulty_kernel;

namespace {

journal part_of_firewall() {
  journal made = sample_journal();
  made.changes.resize(1);
  made.changes.front().name = "firewall";
  for (auto& step : made.steps) step.change = 0;
  return made;
}

}  // namespace

TEST_CASE("what is unfinished is found again with its component", "[store]") {
  ground on;
  on.fill();
  {
    auto store = on.open();
    must(store.write_unfinished(part_of_firewall()));
    CHECK(find(store, "firewall").unfinished == part_of_firewall());
  }
  auto store = on.open();
  CHECK(find(store, "firewall").unfinished == part_of_firewall());
  CHECK_FALSE(find(store, "guide").unfinished);
  CHECK(find(store, "firewall").problems.empty());
  CHECK_FALSE(store.unfinished());
  must(store.remove_unfinished("firewall"));
  must(store.remove_unfinished("guide"));
  CHECK_FALSE(on.stands("/firewall/unfinished"));
  must(store.reload("firewall"));
  CHECK_FALSE(find(store, "firewall").unfinished);
}

TEST_CASE("a component of which only something unfinished is left is a component", "[store]") {
  ground on;
  on.fill();
  on.put("/late/unfinished", [] {
    auto part = part_of_firewall();
    part.changes.front().name = "late";
    return encode(part);
  }());
  auto store = on.open();
  REQUIRE(find(store, "late").unfinished);
  CHECK_FALSE(find(store, "late").record);
  CHECK_FALSE(find(store, "late").listed);
  CHECK(find(store, "guide").listed);
  CHECK(must(store.remove_component("late")));
  must(store.reload("late"));
  CHECK(store.found().size() == 2);
}

TEST_CASE("what is unfinished is removed after the records and carried along by a release",
          "[store]") {
  ground on;
  on.fill();
  on.put("/firewall/unfinished", encode(part_of_firewall()));
  on.put("/firewall/unfinished-next", encode(part_of_firewall()));
  SECTION("removed") {
    for (std::uint64_t nth = 1;; ++nth) {
      faulty_kernel faulty{on.service};
      auto store = must(store::open(faulty, root));
      faulty.arm({.nth = nth, .only = testing::verb::remove_pin});
      const auto removed = store.remove_component("firewall");
      const bool record = on.stands("/firewall/record") || on.stands("/firewall/record-copy");
      if (record) CHECK(on.stands("/firewall/unfinished"));
      if (removed) break;
    }
    CHECK_FALSE(on.stands("/firewall/"));
  }
  SECTION("released") {
    auto store = on.open();
    const auto place = must(store.release("firewall"));
    CHECK(on.stands("/released-firewall-1/unfinished"));
    must(store.reload());
    CHECK(store.found().size() == 1);
  }
  SECTION("left over by a death") {
    auto store = on.open();
    must(store.remove_unpublished());
    CHECK_FALSE(on.stands("/firewall/unfinished-next"));
    CHECK(on.stands("/firewall/unfinished"));
  }
}

TEST_CASE("somebody else's pin where something unfinished belongs is not touched", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/firewall/unfinished");
  auto store = on.open();
  CHECK_FALSE(find(store, "firewall").unfinished);
  CHECK_FALSE(find(store, "firewall").unread);
  CHECK(find(store, "firewall").problems.size() == 1);
  const auto before = on.machine.text();
  SECTION("there is a second place") {
    must(store.write_unfinished(part_of_firewall()));
    CHECK(on.stands("/firewall/unfinished-second"));
    must(store.reload());
    CHECK(find(store, "firewall").unfinished == part_of_firewall());
    must(store.remove_unfinished("firewall"));
  }
  SECTION("the second place is taken as well") {
    on.pin_map("/firewall/unfinished-second");
    const auto both = on.machine.text();
    CHECK(store.write_unfinished(part_of_firewall()).error().is(errc::conflict));
    must(store.remove_unfinished("firewall"));
    CHECK(on.machine.text() == both);
    return;
  }
  CHECK(on.machine.text() == before);
}

TEST_CASE("of two journals of one component's own the later one counts", "[store]") {
  ground on;
  on.fill();
  const bool later_first = GENERATE(false, true);
  auto later = part_of_firewall();
  ++later.serial;
  on.put("/firewall/unfinished", encode(later_first ? later : part_of_firewall()));
  on.put("/firewall/unfinished-second", encode(later_first ? part_of_firewall() : later));
  auto store = on.open();
  CHECK(find(store, "firewall").unfinished == later);
  CHECK(find(store, "firewall").problems.empty());
  must(store.remove_unfinished("firewall"));
  CHECK_FALSE(on.stands("/firewall/unfinished"));
  CHECK_FALSE(on.stands("/firewall/unfinished-second"));
}

TEST_CASE("what is unfinished and damaged is told of, and its component is not taken as it is",
          "[store]") {
  ground on;
  on.fill();
  auto bytes = encode(part_of_firewall());
  SECTION("a flipped bit") {
    bytes[bytes.size() / 2] ^= std::byte{1};
  }
  SECTION("another component's") {
    auto part = part_of_firewall();
    part.changes.front().name = "guide";
    bytes = encode(part);
  }
  SECTION("several components'") {
    bytes = encode(sample_journal());
  }
  on.put("/firewall/unfinished", bytes);
  auto store = on.open();
  CHECK(find(store, "firewall").unread);
  CHECK(find(store, "firewall").record);
  CHECK(find(store, "firewall").problems.size() == 1);
  CHECK_FALSE(find(store, "guide").unread);
}

TEST_CASE("pins that are not on record are told of by name", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/firewall/link-9");
  on.pin_map("/firewall/gen-9/map-late");
  on.pin_map("/firewall/gen-8/theirs");
  on.pin_map("/firewall/theirs");
  auto store = on.open();
  CHECK(find(store, "firewall").strays == std::vector<std::string>{"gen-9/", "link-9"});
  CHECK(find(store, "firewall").problems.empty());
  on.put("/firewall/unfinished", encode(part_of_firewall()));
  must(store.reload("firewall"));
  CHECK(find(store, "firewall").strays.empty());
}

TEST_CASE("pins in a directory that a good manifest does not list make no component", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/late/link-3");
  CHECK(on.open().found().size() == 2);
  SECTION("unless the manifest is damaged") {
    on.put("/manifest", std::as_bytes(std::span{"damage"}));
  }
  SECTION("unless it is lost") {
    on.remove("/manifest");
  }
  SECTION("unless the journal is damaged") {
    on.put("/journal", std::as_bytes(std::span{"damage"}));
  }
  SECTION("unless there is a record") {
    on.put("/late/record", std::as_bytes(std::span{"damage"}));
  }
  CHECK(on.open().found().size() == 3);
}

TEST_CASE("what cannot be read of one component for ever costs this component alone", "[store]") {
  ground on;
  on.fill();
  const auto only = GENERATE(testing::verb::read_blob, testing::verb::list_pins);
  const int cause = GENERATE(EPERM, EIO, EBUSY, ENOMEM);
  CAPTURE(cause);
  testing::faulty_kernel faulty{on.service};
  // The firewall's copies, after the manifest; its directory, after the root.
  faulty.arm({.nth = 2, .only = only, .cause = error::from_errno(cause, "test")});
  if (only == testing::verb::read_blob) {
    faulty.arm({.nth = 3, .only = only, .cause = error::from_errno(cause, "test")});
  }
  const auto opened = must(store::open(faulty, root));
  REQUIRE(faulty.struck());
  CHECK(find(opened, "guide").problems.empty());
  REQUIRE(find(opened, "firewall").unread);
  CHECK(find(opened, "firewall").unread->os_error() == cause);
  CHECK(find(opened, "firewall").record.has_value() == (only == testing::verb::list_pins));
}
