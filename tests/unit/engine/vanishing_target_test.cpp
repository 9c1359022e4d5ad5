// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cerrno>

#include "scene.hpp"

// Interfaces and cgroups that go away while an apply is at work.

using namespace engine_test;
using linchpin::desired_component;

TEST_CASE("a target that goes away between plan and attach is a state, and the rest is upgraded",
          "[engine][decide][target]") {
  const auto when = GENERATE(verb::load, verb::attach, verb::update);
  CAPTURE(linchpin::testing::verb_name(when));
  const bool cgroup = GENERATE(false, true);
  CAPTURE(cgroup);
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  desired_component before{"gate", elf(bpf_objects::guard())};
  before.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
  must(edge.apply({before}));
  desired_component wanted{"gate", elf(bpf_objects::guard_v2())};
  wanted.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
  wanted.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  wanted.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
  wanted.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  during vanishes{when, 1, [&] {
                    if (cgroup) {
                      host.remove_cgroup(web);
                    } else {
                      host.remove_interface("eth1");
                    }
                  }};
  kernel.observe(&vanishes);
  const auto report = must(edge.apply({wanted}));
  kernel.observe(nullptr);
  REQUIRE(vanishes.happened);
  CHECK(report.gone <= 1);
  CHECK(host.run(host.egress("eth0")).size() == 1);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  if (cgroup) CHECK(host.run(host.ingress("eth1")).size() == 1);
  if (!cgroup) CHECK(host.run(host.connect4()).size() == 1);
  // A link that was made before its target went away is a zombie by now, and is let go of once.
  if (when == verb::update) must(edge.apply({wanted}));
  const auto next = must(edge.plan({wanted}));
  INFO(next.text());
  CHECK(next.empty());
  CHECK(must(edge.status()).components.front().generation == linchpin::generation{2});

  cgroup ? static_cast<void>(host.add_cgroup(web)) : static_cast<void>(host.add_interface("eth1"));
  must(edge.apply({wanted}));
  check_settled(edge, {wanted});
}

TEST_CASE("a target that goes away while a program moves there is a state",
          "[engine][decide][target]") {
  const auto when = GENERATE(verb::attach, verb::detach, verb::query);
  CAPTURE(linchpin::testing::verb_name(when));
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_twice>(kernel);
  auto a = host.one("a", 1), b = host.one("b", 2);
  a.attach("guard_out", linchpin::hook::tcx_egress{"eth1"});
  must(edge.apply({a, b}));
  during vanishes{when, 1, [&] { host.remove_interface("eth0"); }};
  kernel.observe(&vanishes);
  auto late_a = host.one("a", 3, bpf_objects::guard_v2());
  late_a.attach("guard_out", linchpin::hook::tcx_egress{"eth1"});
  must(edge.apply({late_a, b}));
  kernel.observe(nullptr);
  REQUIRE(vanishes.happened);
  CHECK(host.run(host.egress("eth1")).size() == 1);
  // A link that was made before its target went away is a zombie by now, and is let go of once.
  if (when == verb::detach) must(edge.apply({late_a, b}));
  CHECK(must(edge.plan({late_a, b})).empty());
}

TEST_CASE("a link that somebody detaches by force is attached again, not taken for gone",
          "[engine][target][drift]") {
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(name_of(where));
  const bool meanwhile = GENERATE(false, true);
  CAPTURE(meanwhile);
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  other_service other{host};
  const auto next = host.one("gate", 0, bpf_objects::guard_v2());
  auto plan = must(edge.plan({next}));
  other.detach(host.at(), std::string{root} + "/gate/link-0");
  REQUIRE(host.run(host.at()).empty());
  if (meanwhile) {
    const auto told = refused(edge.apply(plan));
    CHECK(told.is(linchpin::outcome::rolled_back));
    CHECK(told.retryable());
  } else {
    CHECK(status_of(edge, "gate").attachments.front().state == linchpin::attachment_state::lost);
  }
  must(edge.apply({next}));
  CHECK(host.run(host.at()).size() == 1);
  check_settled(edge, {next});
}

TEST_CASE(
    "a link that is detached while its target cannot be looked at keeps its pin and its record",
    "[engine][target][drift]") {
  scene host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<ordered_in_place>(faulty);
  const auto pinned = std::string{root} + "/gate/link-0";
  must(edge.apply({host.one("gate")}));
  const std::vector next{host.one("gate", 0, bpf_objects::guard_v2())};
  const auto plan = must(edge.plan(next));
  other_service{host}.detach(host.at(), pinned);
  faulty.arm({.only = verb::query,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EPERM, "query", "")});
  CHECK(refused(edge.apply(plan)).is(linchpin::errc::conflict));
  CHECK(faulty.struck());
  faulty.disarm();
  const auto pins = host.pins();
  CHECK(std::find(pins.begin(), pins.end(), pinned) != pins.end());
  must(edge.apply(next));
  CHECK(host.run(host.at()).size() == 1);
  check_settled(edge, next);
}
