// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

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

namespace {

// Refuses a chain in which one of ours stands alone.
struct never_alone {
  static constexpr std::string_view policy_id = "order.never_alone/1";
  static constexpr bool observes = true;

  [[nodiscard]] linchpin::decision<linchpin::arrangement> arrange(
      const linchpin::chain_view& chain) const {
    linchpin::arrangement made;
    for (std::size_t i = 0; i < chain.members.size(); ++i) made.order.push_back(i);
    const auto ours = std::count_if(chain.members.begin(), chain.members.end(),
                                    [](const auto& member) { return member.ours; });
    if (ours == 1) return linchpin::refusal{"one of ours alone"};
    return made;
  }
};

struct degrading_together : linchpin::default_policies {
  using attach_order = never_alone;
  using recovery = linchpin::recovery::degrade;
};
struct degrading_with_gap : degrading {
  using update_strategy = linchpin::update::recreate;
};

linchpin::desired_component one_guard() {
  linchpin::desired_component made{"guard", elf(bpf_objects::guard())};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

}  // namespace

TEST_CASE("where the others alone are refused, the failure is told and why they are",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading_together>(kernel);
  refuse_one(kernel);
  const auto told = refused(edge.apply({one_guard(), guide()}));
  INFO(told.message());
  CHECK(told.is(errc::permission_denied));
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.message().find("without it: ") != std::string::npos);
  CHECK(told.message().find("one of ours alone") != std::string::npos);
  CHECK(host.programs().empty());
}

TEST_CASE("where the others wait anyway, degrade is an error like any other",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  {
    auto edge = open<degrading>(memory);
    must(edge.apply({guard()}));
  }
  host.remove_tree(std::string{root} + "/guard/record");
  host.remove_tree(std::string{root} + "/guard/record-copy");
  faulty_kernel kernel{memory};
  auto edge = open<degrading>(kernel);
  refuse_one(kernel);
  const auto told = refused(edge.apply({guard(), guide()}));
  CHECK(told.is(errc::permission_denied));
  CHECK(told.is(outcome::rolled_back));
}

TEST_CASE("degrade goes on without nobody whose hook could not be put back",
          "[engine][policy][degrade]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading_with_gap>(kernel);
  must(edge.apply({guide(), one_guard()}));
  kernel.arm({.nth = 1,
              .only = verb::attach,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EPERM, "attach", "tcx_ingress eth0")});
  const std::vector desired{guide(bpf_objects::guide_v2()), one_guard()};
  const auto told = refused(edge.apply(desired, 1));
  INFO(told.message());
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.message().find("could not be put back") != std::string::npos);
  kernel.disarm();
  must(edge.apply(desired));
  CHECK(host.run(host.ingress("eth0")).size() == 2);
  check_settled(edge, desired);
}
