// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include "first_version.hpp"

// A store that the first version left, with and without a transaction that a death cut short: today's
// engine finds the old or the new whole, leaves nothing behind, and carries on.

using namespace engine_test;

TEST_CASE("a store of the first version is carried on", "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  first_version host{first(), where};
  check_carried_on(host, first(), second());
}

TEST_CASE("an upgrade in place that the first version left before its commit is undone",
          "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  // Hooks are updated once everything is pinned.
  const auto [pins, swaps] = GENERATE(table<std::size_t, std::size_t>(
      {{0, 0}, {1, 0}, {3, 0}, {99, 0}, {99, 1}, {99, 2}, {99, 5}}));
  CAPTURE(name_of(where), pins, swaps);
  first_version host{first(), where};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  host.write_journal();
  if (pins > 0) host.build("guard", pins);
  for (std::size_t i = 0; i < swaps; ++i) host.swap("guard", i);
  check_carried_on(host, first(), third());
}

TEST_CASE("an upgrade in place that the first version had committed is finished",
          "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  const auto removed = GENERATE(as<std::size_t>{}, 0, 1, 99);
  CAPTURE(name_of(where), removed);
  first_version host{first(), where};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  host.write_journal();
  host.build("guard");
  for (std::size_t i = 0; i < 5; ++i) host.swap("guard", i);
  host.publish(host.after);
  auto left = removed;
  for (const auto& program : host.now("guard").programs) {
    if (left == 0) break;
    --left;
    must(host.process.remove_pin(
        generation_pin("guard", host.now("guard").generation, "prog-", program.name)));
  }
  check_carried_on(host, second(), third());
}

TEST_CASE("an upgrade by new attachments that the first version left before its commit is undone",
          "[engine][first_version]") {
  // tcx and cgroup hooks; an exclusive one cannot be attached twice.
  const auto made = GENERATE(as<std::size_t>{}, 0, 1, 2);
  const bool last_pinned = GENERATE(false, true);
  CAPTURE(made, last_pinned);
  const auto gate = [](std::span<const std::byte> object) {
    desired_component component{"guard", elf(object)};
    component.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
    component.attach("guard_connect", linchpin::hook::cgroup_connect4{web}).priority(10);
    return component;
  };
  const desired_state old{gate(bpf_objects::guard()), guide()};
  const desired_state fresh{gate(bpf_objects::guard_v2()), guide()};
  first_version host{old};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  host.plan_replacements("guard");
  host.write_journal();
  host.build("guard");
  for (std::size_t i = 0; i < made; ++i) host.attach("guard", i, last_pinned || i + 1 < made);
  check_carried_on(host, old, fresh);
}

TEST_CASE("an upgrade by new attachments that the first version had committed is finished",
          "[engine][first_version]") {
  const auto ended = GENERATE(as<std::size_t>{}, 0, 1, 2);
  CAPTURE(ended);
  const auto gate = [](std::span<const std::byte> object) {
    desired_component component{"guard", elf(object)};
    component.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
    component.attach("guard_connect", linchpin::hook::cgroup_connect4{web}).priority(10);
    return component;
  };
  const desired_state old{gate(bpf_objects::guard()), guide()};
  const desired_state fresh{gate(bpf_objects::guard_v2()), guide()};
  first_version host{old};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  host.plan_replacements("guard");
  host.write_journal();
  host.build("guard");
  host.attach("guard", 0, true, host.now("guard").attachments[0].id.link);
  host.attach("guard", 1);
  host.publish(host.after);
  for (std::size_t i = 0; i < ended; ++i) host.take_out("guard", i);
  check_carried_on(host, fresh, {gate(bpf_objects::guard()), guide()});
}

TEST_CASE("an attachment that the first version had taken out is put back where it was",
          "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  const auto replaced = GENERATE(as<std::size_t>{}, 0, 1, 4);
  const bool taken_out = GENERATE(false, true);
  CAPTURE(name_of(where), replaced, taken_out);
  first_version host{first(), where};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  host.plan_replacements("guard");
  host.write_journal();
  host.build("guard");
  for (std::size_t i = 0; i < replaced; ++i) {
    host.take_out("guard", i);
    host.attach("guard", i);
  }
  if (taken_out) host.take_out("guard", replaced);
  check_carried_on(host, first(), third());
}

TEST_CASE("a component that the first version had begun to add is taken away",
          "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  const auto [pins, attached] =
      GENERATE(table<std::size_t, bool>({{0, false}, {1, false}, {99, false}, {99, true}}));
  CAPTURE(name_of(where), pins, attached);
  first_version host{{guard()}, where};
  auto at = host.now("guard").attachments.front();
  at.program = "guide_in";
  at.priority = 20;
  at.id = {};
  host.plan_addition("guide", image(bpf_objects::guide()), {at});
  host.write_journal();
  if (pins > 0) host.build("guide", pins);
  if (attached) host.attach("guide", 0);
  check_carried_on(host, {guard()}, first());
  CHECK(has_pin(host, path_of("guide", "record")));
}

TEST_CASE("a component that the first version had added is there", "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  first_version host{{guard()}, where};
  auto at = host.now("guard").attachments.front();
  at.program = "guide_in";
  at.priority = 20;
  at.id = {};
  host.plan_addition("guide", image(bpf_objects::guide()), {at});
  host.write_journal();
  host.build("guide");
  host.attach("guide", 0);
  host.publish(host.after);
  check_carried_on(host, first(), third());
}

TEST_CASE("a component whose removal the first version had not committed stays",
          "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  first_version host{first(), where};
  host.plan_removal("guide");
  host.write_journal();
  check_carried_on(host, first(), {guard()});
}

TEST_CASE("a removal that the first version had committed is finished", "[engine][first_version]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  const auto ended = GENERATE(as<std::size_t>{}, 0, 2, 5);
  CAPTURE(name_of(where), ended);
  first_version host{first(), where};
  host.plan_removal("guard");
  host.write_journal();
  host.publish(host.after);
  for (std::size_t i = 0; i < ended; ++i) host.take_out("guard", i);
  check_carried_on(host, {guide()}, {guide(bpf_objects::guide_v2())});
  CHECK(pins_of(host, "guard").empty());
}

TEST_CASE("somebody else's link where the first version meant to pin one is left alone",
          "[engine][first_version]") {
  const bool committed = GENERATE(false, true);
  CAPTURE(committed);
  first_version host{first()};
  other_service other{host};
  host.plan_upgrade("guard", image(bpf_objects::guard_v2()));
  std::string theirs;
  if (committed) {
    host.plan_removal("guide");
    host.intent("guard").attached.clear();
    host.write_journal();
    host.build("guard");
    for (std::size_t i = 0; i < 5; ++i) host.swap("guard", i);
    host.publish(host.after);
    theirs = link_pin("guide", host.now("guide").attachments[0].slot);
    host.take_out("guide", 0);
  } else {
    host.plan_replacements("guard");
    host.write_journal();
    host.build("guard");
    theirs = link_pin("guard", host.next("guard").attachments[1].slot);
  }
  const auto program = other.pin_link(host.egress("eth1"), "guard_out", theirs);
  host.process.kill();
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto desired = committed ? desired_state{guard(bpf_objects::guard_v2())} : first();
  const auto next = must(edge.plan(desired));
  INFO(next.text());
  CHECK(next.empty());
  CHECK(has_pin(host, theirs));
  CHECK(host.run(host.egress("eth1")) == std::vector{program});
  // Where only their pin is left of a component, that name is refused.
  const auto afterwards = committed ? desired_state{guard()} : third();
  must(edge.apply(afterwards));
  CHECK(must(edge.plan(afterwards)).empty());
  CHECK(has_pin(host, theirs));
  CHECK(host.run(host.egress("eth1")) == std::vector{program});
}

TEST_CASE("a component of the first version whose records find no place keeps nothing else back",
          "[engine][first_version][damage]") {
  const bool upgraded = GENERATE(false, true);
  CAPTURE(upgraded);
  const auto desired = upgraded ? third() : second();
  first_version host{first()};
  fake_kernel kernel{host};
  other_service other{host};
  for (const auto* const pin : {"record", "record-copy"}) other.pin_map(path_of("guide", pin));
  {
    auto edge = open(kernel);
    must(edge.apply(desired));
    CHECK(must(edge.plan(desired)).empty());
  }
  // Its record is lost, and says nothing that is true no longer.
  {
    const auto ran = host.run(host.at());
    auto edge = open(kernel);
    CHECK(status_of(edge, "guide").attachments.empty());
    CHECK_FALSE(status_of(edge, "guide").problems.empty());
    CHECK(must(edge.apply(desired)).held_back.size() == 1);
    CHECK(host.run(host.at()) == ran);
    must(edge.remove("guard"));
  }
  auto again = open(kernel);
  CHECK(must(again.status()).components.size() == 1);
  for (const auto* const pin : {"record", "record-copy"}) {
    CHECK(has_pin(host, path_of("guide", pin)));
    must(kernel.remove_pin(path_of("guide", pin)));
  }
  must(again.adopt_again("guide"));
  must(again.remove_all());
  CHECK(host.links().empty());
}

TEST_CASE("what is given up of a store of the first version does not come back",
          "[engine][first_version][damage]") {
  first_version host{first()};
  fake_kernel kernel{host};
  other_service other{host};
  for (const auto* const pin : {"record", "record-copy"}) other.pin_map(path_of("guide", pin));
  const auto ran = host.run(host.at());
  {
    auto edge = open(kernel);
    must(edge.release("guard"));
  }
  auto edge = open(kernel);
  for (const auto& component : must(edge.status()).components) CHECK(component.name == "guide");
  must(edge.remove_all());
  CHECK(host.run(host.at()) == ran);
}

TEST_CASE("the first change to a store of the first version makes it one of today's",
          "[engine][first_version]") {
  const std::string manifest_pin = std::string{root} + "/manifest";
  first_version host{first()};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto before = host.text();
  const auto same = must(edge.plan(first()));
  CHECK(same.empty());
  must(edge.apply(same));
  CHECK(host.text() == before);

  // One component changes: the list of components and the policies are the same.
  must(edge.apply(second()));
  const auto bytes = must(kernel.read_blob(manifest_pin));
  REQUIRE(bytes);
  const auto index = must(linchpin::decode_manifest(*bytes));
  CHECK(index.components == std::vector<std::string>{"guard", "guide"});
  for (const auto& name : index.components) {
    CAPTURE(name);
    CHECK(has_pin(host, std::string{root} + "/" + name + "/record"));
  }
  const auto next = must(edge.plan(third()));
  CHECK(std::none_of(next.steps().begin(), next.steps().end(), [](const linchpin::step& step) {
    return step.kind == linchpin::step_kind::write_index;
  }));
}
