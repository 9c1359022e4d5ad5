// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "scene.hpp"

// recovery::degrade: whose step failed stays as it is, and the others get what is asked for.

using namespace engine_test;
using linchpin::errc;
using linchpin::outcome;

namespace {

struct degrading : ordered {
  using recovery = linchpin::recovery::degrade;
};

// The next generation that is loaded is refused.
void refuse_one(faulty_kernel& kernel) {
  kernel.disarm();
  kernel.arm({.nth = 1,
              .only = verb::load,
              .cause = linchpin::error::from_errno(EPERM, "load", "program guard_in")});
}

}  // namespace

TEST_CASE("degrade leaves the component whose step failed as it is, and upgrades the others",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  must(edge.apply({guard(), guide()}));
  const auto guarded = host.run(host.xdp("eth0"));
  refuse_one(kernel);

  const std::vector desired{guard(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())};
  const auto report = must(edge.apply(desired));
  CHECK(report.updated == 1);
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().starts_with("component guard: its change failed: "));
  CHECK(host.run(host.xdp("eth0")) == guarded);
  const auto status = must(edge.status());
  CHECK(status.healthy());
  CHECK(status_of(edge, "guard").generation.value == 1);
  CHECK(status_of(edge, "guide").generation.value == 2);

  // Later it may work.
  must(edge.apply(desired));
  CHECK(status_of(edge, "guard").generation.value == 2);
  check_settled(edge, desired);
}

TEST_CASE("degrade starts the others where one cannot start", "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  refuse_one(kernel);
  const auto report = must(edge.apply({guard(), guide()}));
  REQUIRE(report.held_back.size() == 1);
  const auto status = must(edge.status());
  REQUIRE(status.components.size() == 1);
  CHECK(status.components.front().name == "guide");
  // Nothing of the other is left.
  CHECK(host.run(host.xdp("eth0")).empty());
}

TEST_CASE("where nobody would be left, degrade is an error like any other",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  must(edge.apply({guard(), guide()}));
  const auto before = host.text();
  refuse_one(kernel);
  const auto told = refused(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(told.is(errc::permission_denied));
  CHECK(told.is(outcome::rolled_back));
  CHECK(host.text() == before);
}

TEST_CASE("a plan that somebody has in hand is carried out as a whole or not at all",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  must(edge.apply({guard(), guide()}));
  const auto before = host.text();
  refuse_one(kernel);
  const auto plan =
      must(edge.plan({guard(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())}));
  CHECK(refused(edge.apply(plan)).is(outcome::rolled_back));
  CHECK(host.text() == before);
}

TEST_CASE("what was left out once is asked for again by the next apply",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  refuse_one(kernel);
  must(edge.apply({guard(), guide()}));
  const auto plan = must(edge.plan({guard(), guide()}));
  CHECK_FALSE(plan.empty());
  CHECK(plan.text().find("guard: generation 1, first start") != std::string::npos);
}
