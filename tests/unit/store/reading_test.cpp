// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

#include "ground.hpp"
#include "store/envelope.hpp"

using namespace linchpin;
using namespace store_test;

namespace {

std::vector<std::byte> of_newer_format(std::vector<std::byte> bytes, detail::record_kind kind) {
  kind.format = 7;
  detail::seal(kind, bytes);
  return bytes;
}

// One copy of the firewall's record is bad: everything is known, and one line says what is wrong.
void check_one_copy_lost(ground& on, const std::string& pin) {
  const auto store = on.open();
  REQUIRE(store.problems().empty());
  REQUIRE(store.found().size() == 2);
  const auto& firewall = find(store, "firewall");
  REQUIRE(firewall.record == sample_record("firewall"));
  REQUIRE(firewall.problems.size() == 1);
  REQUIRE(firewall.problems[0].starts_with(root + pin + " "));
  REQUIRE(firewall.problems[0].ends_with("the other copy is used"));
  REQUIRE(find(store, "guide").problems.empty());
}

// Both are: the component is still known, and the other one is as it was.
void check_both_copies_lost(ground& on) {
  const auto store = on.open();
  REQUIRE(store.problems().empty());
  REQUIRE(store.found().size() == 2);
  const auto& firewall = find(store, "firewall");
  REQUIRE_FALSE(firewall.record);
  REQUIRE(firewall.problems.size() == 2);
  REQUIRE(firewall.problems[0].starts_with(root + "/firewall/record "));
  REQUIRE(firewall.problems[1].starts_with(root + "/firewall/record-copy "));
  const auto& guide = find(store, "guide");
  REQUIRE(guide.record == sample_record("guide", 40));
  REQUIRE(guide.problems.empty());
}

}  // namespace

TEST_CASE("a fresh store is empty and has no problems", "[store]") {
  ground on;
  const auto store = on.open();
  CHECK(store.root() == root);
  CHECK(store.serial() == 0);
  CHECK(store.policies().empty());
  CHECK(store.found().empty());
  CHECK(store.problems().empty());
  CHECK_FALSE(store.unfinished());
  CHECK_FALSE(store.unfinished_1());
  CHECK_FALSE(store.journal_damaged());
}

TEST_CASE("a store finds again what was written to it", "[store]") {
  ground on;
  on.fill();
  {
    auto store = on.open();
    must(store.write_journal(sample_journal()));
  }
  const auto store = on.open();
  CHECK(store.serial() == 41);
  CHECK(store.policies() == sample_manifest().policies);
  REQUIRE(store.found().size() == 2);
  CHECK(store.found()[0].record == sample_record("firewall"));
  CHECK(store.found()[0].problems.empty());
  CHECK(store.found()[1].record == sample_record("guide", 40));
  CHECK(store.problems().empty());
  CHECK(store.unfinished() == sample_journal());
}

TEST_CASE("a root that is no absolute path is refused", "[store]") {
  ground on;
  CHECK(store::open(on.service, "edge").error().is(errc::invalid_argument));
  CHECK(store::open(on.service, "").error().is(errc::invalid_argument));
}

TEST_CASE("with any bit of one copy flipped the other copy is used", "[store]") {
  const std::string pin = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  const auto good = on.bytes(pin);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    INFO("bit " << bit);
    on.put(pin, flipped(good, bit));
    check_one_copy_lost(on, pin);
  }
}

TEST_CASE("with one copy cut short the other copy is used", "[store]") {
  const std::string pin = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  const auto good = on.bytes(pin);
  for (std::size_t length = 0; length < good.size(); ++length) {
    INFO("length " << length);
    on.put(pin, std::span{good}.first(length));
    check_one_copy_lost(on, pin);
  }
}

TEST_CASE("with one copy lost in any other way the other copy is used", "[store]") {
  const std::string pin = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  const auto good = on.bytes(pin);
  SECTION("missing") {
    on.remove(pin);
    check_one_copy_lost(on, pin);
  }
  SECTION("a map of somebody else's") {
    on.remove(pin);
    on.pin_map(pin);
    check_one_copy_lost(on, pin);
  }
  SECTION("a program of somebody else's") {
    on.remove(pin);
    on.pin_program(pin);
    check_one_copy_lost(on, pin);
  }
  SECTION("a directory") {
    on.remove(pin);
    on.pin_map(pin + "/theirs");
    check_one_copy_lost(on, pin);
  }
  SECTION("of a newer linchpin") {
    on.put(pin, of_newer_format(good, detail::component_kind));
    check_one_copy_lost(on, pin);
  }
  SECTION("another component's") {
    on.put(pin, on.bytes("/guide/record"));
    check_one_copy_lost(on, pin);
  }
  SECTION("another kind of record") {
    on.put(pin, on.bytes("/manifest"));
    check_one_copy_lost(on, pin);
  }
}

TEST_CASE("with both copies lost the component is known without a record", "[store]") {
  ground on;
  on.fill();
  const auto good = on.bytes("/firewall/record");
  SECTION("any bit flipped in both") {
    for (std::size_t bit = 0; bit < good.size() * 8; bit += 7) {
      INFO("bit " << bit);
      on.put("/firewall/record", flipped(good, bit));
      on.put("/firewall/record-copy", flipped(good, good.size() * 8 - 1 - bit));
      check_both_copies_lost(on);
    }
  }
  SECTION("both missing") {
    on.remove("/firewall/record");
    on.remove("/firewall/record-copy");
    check_both_copies_lost(on);
  }
  SECTION("one missing, one of somebody else's") {
    on.remove("/firewall/record");
    on.remove("/firewall/record-copy");
    on.pin_map("/firewall/record");
    check_both_copies_lost(on);
  }
}

TEST_CASE("of two copies the one of the later transaction counts", "[store]") {
  const std::string later = GENERATE("/firewall/record", "/firewall/record-copy");
  ground on;
  on.fill();
  on.put(later, encode(sample_record("firewall", 44)));
  const auto store = on.open();
  CHECK(find(store, "firewall").record == sample_record("firewall", 44));
  CHECK(store.serial() == 44);
}

TEST_CASE("a manifest with any bit flipped is rebuilt from the records", "[store]") {
  ground on;
  on.fill();
  const auto good = on.bytes("/manifest");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    INFO("bit " << bit);
    on.put("/manifest", flipped(good, bit));
    const auto store = on.open();
    REQUIRE(store.problems().size() == 1);
    REQUIRE(store.problems()[0].starts_with(root + "/manifest cannot be read"));
    REQUIRE(store.serial() == 41);
    REQUIRE(store.policies().empty());
    REQUIRE(store.found().size() == 2);
    REQUIRE(find(store, "firewall").record == sample_record("firewall"));
    REQUIRE(find(store, "firewall").problems.empty());
    REQUIRE(find(store, "guide").record == sample_record("guide", 40));
  }
}

TEST_CASE("a lost manifest is rebuilt from the records", "[store]") {
  ground on;
  on.fill();
  on.remove("/manifest");
  SECTION("missing") {}
  SECTION("a map of somebody else's") {
    on.pin_map("/manifest");
  }
  SECTION("a directory") {
    on.pin_map("/manifest/theirs");
  }
  const auto store = on.open();
  REQUIRE(store.problems().size() == 1);
  CHECK(store.problems()[0].starts_with(root + "/manifest "));
  CHECK(store.serial() == 41);
  REQUIRE(store.found().size() == 2);
  CHECK(find(store, "firewall").record == sample_record("firewall"));
}

TEST_CASE("with manifest and records lost, pins still tell of a component", "[store]") {
  const std::string pin =
      GENERATE("/firewall/link-7", "/firewall/gen-3/prog-fw", "/firewall/gen-3/map-blocked",
               "/firewall/map-shared", "/firewall/record");
  ground on;
  on.pin_map(pin);
  const auto store = on.open();
  REQUIRE(store.found().size() == 1);
  CHECK(store.found()[0].name == "firewall");
  CHECK_FALSE(store.found()[0].record);
  CHECK_FALSE(store.found()[0].problems.empty());
  CHECK_FALSE(store.problems().empty());
}

TEST_CASE("a component of which only the name in the manifest is left is known", "[store]") {
  ground on;
  on.fill();
  on.machine.remove_tree(root + "/guide");
  const auto store = on.open();
  REQUIRE(store.found().size() == 2);
  const auto& guide = find(store, "guide");
  CHECK_FALSE(guide.record);
  REQUIRE(guide.problems.size() == 1);
  CHECK(guide.problems[0].starts_with(root + "/guide is missing"));
}

TEST_CASE("a directory of somebody else's beside the components is no component", "[store]") {
  ground on;
  on.fill();
  on.pin_map("/theirs/flows");
  on.pin_map("/theirs/gen-x/map-a");
  on.pin_map("/theirs/link-");
  on.pin_map("/theirs/gen-1/flows");
  const auto store = on.open();
  CHECK(store.found().size() == 2);
  CHECK(store.problems().empty());
}

TEST_CASE("a journal with any bit flipped is reported, kept, and never read as none", "[store]") {
  ground on;
  on.fill();
  on.put("/journal", encode(sample_journal()));
  const auto good = on.bytes("/journal");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    INFO("bit " << bit);
    const auto bad = flipped(good, bit);
    on.put("/journal", bad);
    const auto store = on.open();
    REQUIRE(store.journal_damaged());
    REQUIRE_FALSE(store.unfinished());
    REQUIRE_FALSE(store.unfinished_1());
    REQUIRE(store.problems().size() == 1);
    REQUIRE(store.problems()[0].starts_with(root + "/journal cannot be read"));
    REQUIRE(on.bytes("/journal") == bad);
    REQUIRE(find(store, "firewall").record == sample_record("firewall"));
  }
}

TEST_CASE("an undamaged manifest or journal of a newer linchpin is refused", "[store]") {
  ground on;
  on.fill();
  SECTION("manifest") {
    on.put("/manifest", of_newer_format(on.bytes("/manifest"), detail::manifest_kind));
  }
  SECTION("journal") {
    on.put("/journal", of_newer_format(encode(sample_journal()), detail::journal_kind));
  }
  const auto before = on.machine.text();
  const auto refused = store::open(on.service, root);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::newer_format));
  CHECK(refused.error().found() == "format 7");
  CHECK(refused.error().message().find(root) != std::string::npos);
  CHECK(on.machine.text() == before);
}

// A record that cannot be read at this moment is not a damaged one.
TEST_CASE("opening fails when any call fails that does not concern one component alone",
          "[store]") {
  ground on;
  on.fill();
  on.put("/journal", encode(sample_journal()));
  const int cause = GENERATE(EIO, ENOMEM, EMFILE, EINTR);
  int failed = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth);
    testing::faulty_kernel faulty{on.service};
    faulty.arm({.nth = nth, .cause = error::from_errno(cause, "test")});
    const auto opened = store::open(faulty, root);
    if (!faulty.struck()) {
      REQUIRE(opened);
      break;
    }
    if (opened) {
      // Either a component's directory could not be listed, or one of two copies was read.
      for (const auto& component : opened->found()) REQUIRE(component.record);
      continue;
    }
    ++failed;
    REQUIRE(opened.error().os_error() == cause);
  }
  // The lock and the look at it, the root, the manifest, the journal.
  CHECK(failed == 5);
}

TEST_CASE("a failed reload leaves what was read before", "[store]") {
  ground on;
  on.fill();
  testing::faulty_kernel faulty{on.service};
  auto store = must(store::open(faulty, root));
  on.remove("/firewall/record");
  on.put("/manifest", std::as_bytes(std::span{"damage"}));
  int failed = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth);
    faulty.disarm();
    faulty.arm({.nth = nth});
    const auto reloaded = store.reload();
    if (!faulty.struck()) break;
    if (reloaded) {
      for (const auto& component : store.found()) REQUIRE((component.record || component.unread));
      continue;
    }
    ++failed;
    REQUIRE(store.problems().empty());
    REQUIRE(store.policies() == sample_manifest().policies);
    REQUIRE(find(store, "firewall").problems.empty());
  }
  CHECK(failed == 3);
  CHECK(store.problems().size() == 1);
  CHECK(find(store, "firewall").problems.size() == 1);
}

TEST_CASE("a record that may not be read concerns its component", "[store]") {
  ground on;
  on.fill();
  testing::faulty_kernel faulty{on.service};
  // Manifest first; then the firewall's copies.
  faulty.arm(
      {.nth = 2, .only = testing::verb::read_blob, .cause = error::from_errno(EACCES, "test")});
  const auto store = must(store::open(faulty, root));
  REQUIRE(faulty.struck());
  CHECK(find(store, "firewall").record == sample_record("firewall"));
  CHECK(find(store, "firewall").problems.size() == 1);
  CHECK(find(store, "guide").problems.empty());
}
