// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>

#include "gate.hpp"

// A store is known by its records, not by its path: what it lost is told of, and one that was removed or
// renamed while it is open is not written any more.

using namespace engine_test;
using linchpin::errc;

TEST_CASE("a store whose manifest lost its pin still knows what runs", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate"), guide()}));
  }
  const auto ran = host.run(host.at());
  SECTION("the pin is gone") {
    must(kernel.remove_pin(std::string{root} + "/manifest"));
  }
  SECTION("its bytes are damaged") {
    auto bytes = *must(kernel.read_blob(std::string{root} + "/manifest"));
    bytes[bytes.size() / 2] ^= std::byte{4};
    must(kernel.write_blob(std::string{root} + "/manifest", bytes));
  }
  SECTION("its bytes are cut short") {
    auto bytes = *must(kernel.read_blob(std::string{root} + "/manifest"));
    bytes.resize(bytes.size() / 2);
    must(kernel.write_blob(std::string{root} + "/manifest", bytes));
  }
  auto edge = open(kernel);
  CHECK(must(edge.status()).components.size() == 2);
  CHECK(must(edge.plan({host.one("gate"), guide()})).empty());
  must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2()), guide()}));
  CHECK(host.run(host.at()).size() == 2);
  check_settled(edge, {host.one("gate", 0, bpf_objects::guard_v2()), guide()});
}

TEST_CASE("a component whose records are all lost is not started a second time",
          "[engine][identity]") {
  const bool index_too = GENERATE(false, true);
  CAPTURE(index_too);
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate"), guide()}));
  }
  must(kernel.remove_pin(component_root + "/record"));
  must(kernel.remove_pin(component_root + "/record-copy"));
  if (index_too) must(kernel.remove_pin(std::string{root} + "/manifest"));
  const auto ran = host.run(host.at());
  auto edge = open(kernel);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  const auto report = must(edge.apply({host.one("gate"), guide()}));
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().starts_with("component gate: pins, but no record"));
  CHECK(report.held_back.front().find("release()") != std::string::npos);
  CHECK(host.run(host.at()) == ran);

  SECTION("it is adopted again when that is said") {
    must(edge.adopt_again("gate"));
    must(edge.apply({host.one("gate"), guide()}));
    CHECK(host.run(host.at()).size() == 2);
    check_settled(edge, {host.one("gate"), guide()});
  }
  SECTION("it is given up when that is said, and runs on") {
    const auto kept = must(edge.release("gate"));
    CHECK(host.run(host.at()) == ran);
    CHECK(kept.starts_with(root));
    must(edge.apply({guide()}));
    CHECK(host.run(host.at()) == ran);
    check_settled(edge, {guide()});
  }
}

TEST_CASE("one copy of a record is enough, and is told of", "[engine][identity]") {
  const char* lost = GENERATE("/record", "/record-copy");
  CAPTURE(lost);
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate")}));
  }
  must(kernel.remove_pin(component_root + lost));
  auto edge = open(kernel);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  CHECK(must(edge.plan({host.one("gate")})).empty());
  must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2())}));
  CHECK(status_of(edge, "gate").problems.empty());
  check_settled(edge, {host.one("gate", 0, bpf_objects::guard_v2())});
}

TEST_CASE("a store that was removed while it is open is written by nobody", "[engine][identity]") {
  const bool renamed = GENERATE(false, true);
  CAPTURE(renamed);
  scene host;
  fake_kernel first{host};
  fake_kernel second{host};
  auto edge = open(first);
  must(edge.apply({host.one("gate"), guide()}));
  if (renamed) {
    must(host.rename_path(root, "/sys/fs/bpf/aside"));
  } else {
    host.remove_tree(root);
  }
  auto other = open(second);
  SECTION("the second writes first") {
    must(other.apply({guide()}));
    const auto before = host.text();
    CHECK(refused(edge.apply({guard()})).is(errc::conflict));
    CHECK(host.text() == before);
    check_settled(other, {guide()});
  }
  SECTION("the first tries first") {
    const auto before = host.text();
    CHECK(refused(edge.apply({guard()})).is(errc::conflict));
    CHECK(host.text() == before);
    must(other.apply({guide()}));
    CHECK(refused(edge.remove_all()).is(errc::conflict));
    check_settled(other, {guide()});
  }
}

TEST_CASE("a store that is removed in the middle of a change ends that change",
          "[engine][identity]") {
  for (int nth = 1; nth <= 5; ++nth) {
    CAPTURE(nth);
    scene host;
    fake_kernel first{host};
    fake_kernel second{host};
    auto edge = open(first);
    must(edge.apply({guard()}));
    const auto links = host.links();
    during removed{verb::update, nth,
                   [&host] { must(host.rename_path(root, "/sys/fs/bpf/aside")); }};
    first.observe(&removed);
    const auto outcome = edge.apply(std::vector{guard(bpf_objects::guard_v2())}, 1);
    first.observe(nullptr);
    REQUIRE(removed.happened);
    CHECK_FALSE(outcome);
    CHECK_FALSE(has_pin(host, std::string{root} + "/guard/"));
    for (const auto& hook : host.guarded()) CHECK(host.run(hook).size() == 1);
    CHECK(host.links() == links);
  }
}

TEST_CASE("a store inside a store is refused", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  const auto inside = std::string{root} + "/gate/inner";
  CHECK_FALSE(loose_orchestrator<ordered>::open(inside, {.on = &kernel}));
  CHECK_FALSE(loose_orchestrator<ordered>::open(std::string{root} + "/inner", {.on = &kernel}));
  // Nor one around it, once that holds a store.
  CHECK(must(edge.plan({host.one("gate")})).empty());
}
