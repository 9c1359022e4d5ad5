// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../kernel/ground.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

using namespace linchpin;

namespace {

handle small_map(live_kernel& kernel, const char* name) {
  const int fd = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 8, 1, nullptr);
  REQUIRE(fd >= 0);
  return handle{kernel, fd};
}

component_record firewall(std::uint64_t serial) {
  component_record made;
  made.name = "firewall";
  made.serial = serial;
  made.current = {1};
  return made;
}

const store::found_component& only(const store& opened) {
  REQUIRE(opened.found().size() == 1);
  return opened.found()[0];
}

}  // namespace

TEST_CASE("a store on a bpffs finds its records again, with either copy", "[kernel][store]") {
  const auto box = live::enter("store");
  live_kernel kernel;
  const auto root = box.bpffs() + "/edge";
  {
    auto made = store::open(kernel, root).value();
    made.write_journal(journal{7, journal_phase::committed, {"a/1"}, {}, {}}).value();
    made.write_record(firewall(7)).value();
    made.write_index({7, {"a/1"}, {"firewall"}}).value();
  }
  {
    auto opened = store::open(kernel, root).value();
    CHECK(opened.problems().empty());
    CHECK(only(opened).record == firewall(7));
    CHECK(only(opened).problems.empty());
    REQUIRE(opened.unfinished());
    CHECK(opened.unfinished()->phase == journal_phase::committed);
    opened.clear_journal().value();
  }
  for (const auto* const pin : {"/firewall/record", "/firewall/record-copy"}) {
    kernel.write_blob(root + pin, std::as_bytes(std::span{"damage"})).value();
    auto opened = store::open(kernel, root).value();
    CHECK(only(opened).record == firewall(7));
    REQUIRE(only(opened).problems.size() == 1);
    CHECK(only(opened).problems[0].starts_with(root + pin));
    opened.write_record(firewall(7)).value();
    opened.reload().value();
    CHECK(only(opened).problems.empty());
  }
}

TEST_CASE("pins of others at every place of a store on a bpffs stay", "[kernel][store]") {
  const auto box = live::enter("store");
  live_kernel kernel;
  const auto root = box.bpffs() + "/edge";
  const auto program = live::xdp_program(kernel, "lpk_theirs");
  const auto map = small_map(kernel, "lpk_theirs");

  kernel.pin(map.ref(), root + "/firewall/record").value();
  kernel.pin(program.ref(), root + "/journal").value();
  kernel.pin(map.ref(), root + "/manifest/theirs").value();
  auto opened = store::open(kernel, root).value();
  CHECK_FALSE(opened.journal_damaged());
  CHECK(opened.problems().size() == 2);
  CHECK_FALSE(only(opened).record);
  opened.write_journal(journal{7, journal_phase::intent, {}, {}, {}}).value();
  opened.reload().value();
  REQUIRE(opened.unfinished());
  opened.clear_journal().value();
  CHECK(kernel.open_pin(root + "/journal", pin_kind::program).value());
  opened.write_record(firewall(7)).value();
  opened.write_index({7, {}, {"firewall"}}).value();
  opened.reload().value();
  CHECK(only(opened).record == firewall(7));
  CHECK(kernel.open_pin(root + "/manifest/theirs", pin_kind::map).value());
  const auto kept = kernel.open_pin(root + "/firewall/record", pin_kind::map).value();
  REQUIRE(kept);
  CHECK(kernel.describe_map(kept.ref()).value().id == kernel.describe_map(map.ref()).value().id);
}

TEST_CASE("a released component on a bpffs keeps its pins", "[kernel][store]") {
  const auto box = live::enter("store");
  live_kernel kernel;
  const auto root = box.bpffs() + "/edge";
  const auto map = small_map(kernel, "lpk_ours");
  const auto id = kernel.describe_map(map.ref()).value().id;
  auto opened = store::open(kernel, root).value();
  opened.write_record(firewall(7)).value();
  opened.write_index({7, {}, {"firewall"}}).value();
  opened.pin(map.ref(), opened.map_path("firewall", {1}, ".rodata")).value();
  CHECK(std::filesystem::exists(opened.public_map_path("firewall", {1}, ".rodata")));

  const auto place = opened.release("firewall").value();
  CHECK(place == root + "/released-firewall-1");
  const auto kept = kernel.open_pin(place + "/gen-1/map--rodata", pin_kind::map).value();
  REQUIRE(kept);
  CHECK(kernel.describe_map(kept.ref()).value().id == id);
  opened.reload().value();
  CHECK(opened.found().empty());
  CHECK(opened.problems().empty());
}

TEST_CASE("a generation on a bpffs goes without what is not ours", "[kernel][store]") {
  const auto box = live::enter("store");
  live_kernel kernel;
  const auto root = box.bpffs() + "/edge";
  const auto map = small_map(kernel, "lpk_ours");
  const auto other = small_map(kernel, "lpk_theirs");
  auto opened = store::open(kernel, root).value();
  generation_record record;
  record.number = {1};
  record.maps.resize(2);
  record.maps[0].spec.name = "flows";
  record.maps[1].spec.name = "blocked";
  for (auto& recorded : record.maps) recorded.id = kernel.describe_map(map.ref()).value().id;
  opened.pin(map.ref(), opened.map_path("firewall", {1}, "flows")).value();
  opened.pin(other.ref(), opened.map_path("firewall", {1}, "blocked")).value();
  CHECK(opened.remove_generation("firewall", record).value() ==
        std::vector<std::string>{root + "/firewall/gen-1/map-blocked"});
  CHECK_FALSE(std::filesystem::exists(root + "/firewall/gen-1/map-flows"));

  opened.remove_pin(opened.map_path("firewall", {1}, "blocked")).value();
  CHECK(opened.remove_generation("firewall", record).value().empty());
  CHECK(opened.remove_component("firewall").value());
  CHECK_FALSE(std::filesystem::exists(root + "/firewall"));
}

TEST_CASE("nothing is written to a store on a bpffs that was removed or renamed",
          "[kernel][store]") {
  const auto box = live::enter("store");
  live_kernel kernel;
  const auto root = box.bpffs() + "/edge";
  auto opened = store::open(kernel, root).value();
  opened.write_record(firewall(7)).value();
  SECTION("removed") {
    std::filesystem::remove_all(root);
  }
  SECTION("renamed") {
    std::filesystem::rename(root, box.bpffs() + "/away");
  }
  std::optional<store> other;
  SECTION("replaced by another store") {
    std::filesystem::remove_all(root);
    other = store::open(kernel, root).value();
    other->write_record(firewall(9)).value();
  }
  CHECK(opened.check().error().is(errc::conflict));
  CHECK_FALSE(opened.write_record(firewall(8)));
  CHECK_FALSE(opened.write_journal(journal{}));
  CHECK_FALSE(opened.write_index({}));
  CHECK_FALSE(opened.release("firewall"));
  // Also without having asked: the path leads to the directory and not to its name.
  const auto map = small_map(kernel, "lpk_late");
  if (!std::filesystem::exists(box.bpffs() + "/away")) {
    CHECK_FALSE(kernel.pin(map.ref(), opened.link_path("firewall", 0)));
  }
  if (other) {
    other->reload().value();
    CHECK(only(*other).record == firewall(9));
  } else {
    CHECK_FALSE(std::filesystem::exists(root));
  }
}
