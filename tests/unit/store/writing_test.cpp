// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <functional>

#include "format_1_bytes.hpp"
#include "ground.hpp"

using namespace linchpin;
using namespace store_test;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::verb;

TEST_CASE("writing a record heals whichever copy was damaged", "[store]") {
  const std::string pin = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  on.put(pin, std::as_bytes(std::span{"damage"}));
  {
    auto store = on.open();
    CHECK(find(store, "firewall").problems.size() == 1);
    must(store.write_record(sample_record("firewall", 42)));
  }
  CHECK(find(on.open(), "firewall").problems.empty());
}

TEST_CASE("a pin of somebody else's at one copy's place stays, and the other copy is written",
          "[store]") {
  const std::string pin = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  on.remove(pin);
  SECTION("a map") {
    on.pin_map(pin);
  }
  SECTION("a program") {
    on.pin_program(pin);
  }
  SECTION("a directory") {
    on.pin_map(pin + "/theirs");
  }
  const auto maps = on.machine.maps();
  const auto programs = on.machine.programs();
  auto store = on.open();
  must(store.write_record(sample_record("firewall", 42)));
  must(store.reload());
  CHECK(find(store, "firewall").record == sample_record("firewall", 42));
  CHECK(find(store, "firewall").problems.size() == 1);
  CHECK(on.machine.programs() == programs);
  CHECK(on.machine.maps().size() == maps.size());
}

TEST_CASE("pins of somebody else's at both places refuse a record", "[store]") {
  ground on;
  on.pin_map("/firewall/record");
  on.pin_map("/firewall/record-copy");
  auto store = on.open();
  const auto before = on.machine.text();
  const auto refused = store.write_record(sample_record("firewall"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(on.machine.text() == before);
}

TEST_CASE("a pin of somebody else's at the manifest's place stays", "[store]") {
  ground on;
  const auto theirs = on.pin_map("/manifest");
  auto store = on.open();
  must(store.write_record(sample_record("firewall")));
  must(store.write_index({41, {}, {"firewall"}}));
  must(store.remove_records());
  const auto alive = on.machine.maps();
  CHECK(std::find(alive.begin(), alive.end(), theirs) != alive.end());
  must(store.reload());
  CHECK(find(store, "firewall").record == sample_record("firewall"));
}

TEST_CASE("a damaged journal is not written over, and goes when it is cleared", "[store]") {
  ground on;
  on.fill();
  on.put("/journal", std::as_bytes(std::span{"damage"}));
  const auto bad = on.bytes("/journal");
  auto store = on.open();
  const auto refused = store.write_journal(sample_journal());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(refused.error().subject() == root + "/journal");
  CHECK(on.bytes("/journal") == bad);
  must(store.clear_journal());
  CHECK_FALSE(store.journal_damaged());
  CHECK(store.problems().empty());
  CHECK_FALSE(on.stands("/journal"));
  must(store.write_journal(sample_journal()));
  CHECK(store.has_journal());
  must(store.reload());
  CHECK(store.unfinished() == sample_journal());
}

TEST_CASE("a journal has a second place where somebody else's pin is at the first", "[store]") {
  ground on;
  on.fill();
  SECTION("a map") {
    on.pin_map("/journal");
  }
  SECTION("a program") {
    on.pin_program("/journal");
  }
  SECTION("a directory") {
    on.pin_map("/journal/theirs");
  }
  auto store = on.open();
  CHECK_FALSE(store.journal_damaged());
  CHECK_FALSE(store.has_journal());
  REQUIRE(store.problems().size() == 1);
  CHECK(store.problems().front().starts_with(root + "/journal: something that is not ours"));
  const auto before = on.machine.text();
  must(store.write_journal(sample_journal()));
  must(store.reload());
  CHECK(store.unfinished() == sample_journal());
  auto committed = sample_journal();
  committed.phase = journal_phase::committed;
  must(store.write_journal(committed));
  must(store.reload());
  CHECK(store.unfinished() == committed);
  must(store.clear_journal());
  CHECK(on.machine.text() == before);
  on.pin_map("/journal-second");
  must(store.reload());
  CHECK(store.write_journal(sample_journal()).error().is(errc::conflict));
  CHECK_FALSE(store.has_journal());
  must(store.clear_journal());
  CHECK(on.stands("/journal-second"));
}

TEST_CASE("records that a death left unpublished are removed, and nothing else", "[store]") {
  ground on;
  on.fill();
  const auto content = encode(sample_journal());
  for (const auto* const left :
       {"/manifest-next", "/journal-next", "/firewall/record-next", "/firewall/record-copy-next"}) {
    on.put(left, content);
  }
  on.pin_map("/guide/record-next");
  on.put("/guide/other-next", content);
  auto store = on.open();
  CHECK(store.found().size() == 2);
  CHECK(store.problems().empty());
  must(store.remove_unpublished());
  CHECK_FALSE(on.stands("/manifest-next"));
  CHECK_FALSE(on.stands("/journal-next"));
  CHECK_FALSE(on.stands("/firewall/record-next"));
  CHECK_FALSE(on.stands("/firewall/record-copy-next"));
  CHECK(on.stands("/guide/record-next"));
  CHECK(on.stands("/guide/other-next"));
}

namespace {

// Every function of a store that changes something.
const std::vector<std::pair<std::string, std::function<bool(store&, handle_ref)>>> changes = {
    {"write_journal", [](store& on, handle_ref) { return bool(on.write_journal(journal{})); }},
    {"clear_journal", [](store& on, handle_ref) { return bool(on.clear_journal()); }},
    {"write_record",
     [](store& on, handle_ref) { return bool(on.write_record(sample_record("firewall", 50))); }},
    {"write_index", [](store& on, handle_ref) { return bool(on.write_index({})); }},
    {"remove_component",
     [](store& on, handle_ref) { return bool(on.remove_component("firewall")); }},
    {"remove_generation",
     [](store& on, handle_ref) {
       return bool(on.remove_generation("firewall", sample_generation(3)));
     }},
    {"release", [](store& on, handle_ref) { return bool(on.release("firewall")); }},
    {"remove_records", [](store& on, handle_ref) { return bool(on.remove_records()); }},
    {"remove_unpublished", [](store& on, handle_ref) { return bool(on.remove_unpublished()); }},
    {"pin",
     [](store& on, handle_ref map) {
       return bool(on.pin(map, on.map_path("firewall", {3}, "blocked")));
     }},
    {"remove_pin",
     [](store& on, handle_ref) { return bool(on.remove_pin(on.link_path("firewall", 1))); }},
    {"rename_pin",
     [](store& on, handle_ref) {
       return bool(on.rename_pin(on.link_path("firewall", 1), on.link_path("firewall", 2)));
     }},
    {"reload", [](store& on, handle_ref) { return bool(on.reload()); }},
};

}  // namespace

TEST_CASE("nothing is changed once the store's directory is not the locked one", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/firewall/link-1");
  const auto loaded = ground::load(on.service);
  auto store = on.open();
  SECTION("removed") {
    on.machine.remove_tree(root);
  }
  SECTION("renamed") {
    must(on.machine.rename_path(root, "/sys/fs/bpf/away"));
  }
  SECTION("replaced by another one") {
    must(on.machine.rename_path(root, "/sys/fs/bpf/away"));
    on.pin_map("/firewall/link-1");
  }
  SECTION("replaced by somebody else's store") {
    on.machine.remove_tree(root);
    auto other = must(store::open(on.outsider, root));
    must(other.write_record(sample_record("firewall")));
  }
  const auto before = on.machine.text();
  CHECK(store.check().error().is(errc::conflict));
  for (const auto& [name, change] : changes) {
    INFO(name);
    CHECK_FALSE(change(store, loaded.maps[0].map.ref()));
    CHECK(on.machine.text() == before);
  }
}

TEST_CASE("every change works while the directory is the locked one", "[store]") {
  for (const auto& [name, change] : changes) {
    INFO(name);
    ground on;
    on.fill();
    on.pin_map("/firewall/link-1");
    const auto loaded = ground::load(on.service);
    auto store = on.open();
    CHECK(change(store, loaded.maps[0].map.ref()));
  }
}

TEST_CASE("paths go through the directory, and messages name it", "[store]") {
  ground on;
  on.fill();
  auto store = on.open();
  const auto through = path_through(store.lock());
  CHECK(store.component_path("firewall") == through + "/firewall");
  CHECK(store.generation_path("firewall", {3}) == through + "/firewall/gen-3");
  CHECK(store.program_path("firewall", {3}, "fw.in") == through + "/firewall/gen-3/prog-fw-in");
  CHECK(store.map_path("firewall", {3}, ".rodata") == through + "/firewall/gen-3/map--rodata");
  CHECK(store.link_path("firewall", 4294967295u) == through + "/firewall/link-4294967295");
  CHECK(store.public_map_path("firewall", {3}, ".rodata") == root + "/firewall/gen-3/map--rodata");
  CHECK(store.public_path(store.link_path("firewall", 0)) == root + "/firewall/link-0");

  const auto loaded = ground::load(on.service);
  const auto path = store.component_path("firewall") + "/record";
  const auto refused = store.pin(loaded.maps[0].map.ref(), path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::already_exists));
  CHECK(refused.error().os_error() == EEXIST);
  CHECK(refused.error().subject() == root + "/firewall/record");
}

TEST_CASE("names that the root uses itself are reserved", "[store]") {
  for (const auto* const name : {"manifest", "manifest-next", "journal", "journal-next", "released",
                                 "released-firewall-1"}) {
    CHECK(store::reserved(name));
  }
  CHECK_FALSE(store::reserved("firewall"));
  CHECK_FALSE(store::reserved("record"));
}

TEST_CASE("a lost reply to a write is found out", "[store]") {
  ground on;
  on.fill();
  faulty_kernel faulty{on.service};
  auto store = must(store::open(faulty, root));
  faulty.arm({.what = fault::kind::lose_reply, .only = verb::write_blob, .from_there_on = true});
  must(store.write_journal(sample_journal()));
  must(store.write_record(sample_record("firewall", 42)));
  must(store.write_index({42, {}, {"firewall"}}));
  faulty.arm({.what = fault::kind::lose_reply, .only = verb::remove_pin, .from_there_on = true});
  must(store.clear_journal());
  CHECK(faulty.struck());
  faulty.disarm();
  CHECK_FALSE(store.has_journal());
  must(store.reload());
  CHECK(store.serial() == 42);
  CHECK_FALSE(store.unfinished());
}

TEST_CASE("a write that failed is an error, and in doubt when looking fails as well", "[store]") {
  ground on;
  on.fill();
  faulty_kernel faulty{on.service};
  auto store = must(store::open(faulty, root));
  faulty.arm({.only = verb::write_blob, .from_there_on = true});
  const auto failed = store.write_journal(sample_journal());
  REQUIRE_FALSE(failed);
  CHECK_FALSE(failed.error().is(errc::in_doubt));
  CHECK(failed.error().subject().find("/proc/self/fd") == std::string_view::npos);
  CHECK_FALSE(store.has_journal());
  faulty.arm({.only = verb::read_blob, .from_there_on = true});
  CHECK(store.write_journal(sample_journal()).error().is(errc::in_doubt));
  CHECK(store.has_journal());
}

TEST_CASE("a record is whole after a death at any call of its writing", "[store]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth);
    ground on;
    on.fill();
    bool struck = false;
    {
      faulty_kernel faulty{on.service};
      auto store = must(store::open(faulty, root));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      const auto written = store.write_record(sample_record("firewall", 42));
      struck = faulty.struck();
      CHECK(bool(written) != struck);
    }
    linchpin::testing::fake_kernel next{on.machine};
    const auto store = must(store::open(next, root));
    const auto& found = find(store, "firewall");
    REQUIRE(found.record);
    CHECK((*found.record == sample_record("firewall") ||
           *found.record == sample_record("firewall", 42)));
    CHECK(found.problems.empty());
    CHECK(find(store, "guide").record == sample_record("guide", 40));
    if (!struck) break;
  }
}

TEST_CASE("no component of format 1 is lost by a death at any call of the first index",
          "[store][format_1]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth);
    ground on;
    on.put("/manifest", std::as_bytes(std::span{format_1::manifest_1_bytes}));
    const auto found = on.open().found();
    bool struck = false;
    {
      faulty_kernel faulty{on.service};
      auto store = must(store::open(faulty, root));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      const auto written = store.write_index({42, {}, {"firewall", "guide"}});
      struck = faulty.struck();
      CHECK(bool(written) != struck);
    }
    linchpin::testing::fake_kernel next{on.machine};
    const auto store = must(store::open(next, root));
    CHECK(store.problems().empty());
    REQUIRE(store.found().size() == 2);
    CHECK(store.found()[0].record == found[0].record);
    CHECK(store.found()[1].record == found[1].record);
    if (!struck) break;
  }
}
