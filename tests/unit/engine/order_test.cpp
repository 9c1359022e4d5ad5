// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "fixture.hpp"

#include <algorithm>

using namespace engine_test;
using linchpin::errc;
using linchpin::testing::fake_kernel;

namespace {

linchpin::program_id running(linchpin::orchestrator_core& edge, std::string_view component) {
  for (const auto& running : must(edge.status()).components) {
    if (running.name == component) return running.attachments.front().running;
  }
  FAIL("no such component");
  return {};
}

linchpin::desired_component connecting(std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"guard", elf(object)};
  made.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  return made;
}

linchpin::desired_component connecting_as(const char* name) {
  linchpin::desired_component made{name, elf(bpf_objects::guard_v2())};
  made.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  return made;
}

// Directly before whoever is second.
struct second {
  static constexpr std::string_view policy_id = "order.second/1";
  static constexpr bool observes = true;
  [[nodiscard]] linchpin::placement place(const linchpin::program_view&,
                                          std::span<const linchpin::chain_member> others,
                                          std::optional<std::size_t> current) const noexcept {
    if (current) return {linchpin::placement::kind::stay};
    if (others.size() < 2) return {linchpin::placement::kind::last};
    return {linchpin::placement::kind::before, 1};
  }
};
struct in_the_middle : linchpin::default_policies {
  using attach_order = second;
};

}  // namespace

TEST_CASE("priorities decide who runs first, whatever the order of asking", "[engine][order]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide(bpf_objects::guide(), 20), guard(bpf_objects::guard(), 10)}));
  const auto ran = host.run(host.ingress("eth0"));
  REQUIRE(ran.size() == 2);
  CHECK(ran[0] == running(edge, "guard"));
  CHECK(ran[1] == running(edge, "guide"));
}

TEST_CASE("a changed priority moves a program without a packet passing by", "[engine][order]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard(bpf_objects::guard(), 10), guide(bpf_objects::guide(), 20)}));
  const auto plan =
      must(edge.plan({guard(bpf_objects::guard(), 10), guide(bpf_objects::guide(), 5)}));
  REQUIRE_FALSE(plan.empty());
  must(edge.apply(plan));
  const auto ran = host.run(host.ingress("eth0"));
  REQUIRE(ran.size() == 2);
  CHECK(ran[0] == running(edge, "guide"));
  CHECK(ran[1] == running(edge, "guard"));
  CHECK(must(edge.plan({guard(bpf_objects::guard(), 10), guide(bpf_objects::guide(), 5)})).empty());
}

TEST_CASE("an upgrade keeps the place in the chain, other people's programs included",
          "[engine][order]") {
  machine host;
  const auto first = must(host.add_foreign_program(host.ingress("eth0"), "theirs_first"));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard(), guide()}));
  const auto last = must(host.add_foreign_program(host.ingress("eth0"), "theirs_last"));
  must(edge.apply({guard(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())}));
  const auto ran = host.run(host.ingress("eth0"));
  REQUIRE(ran.size() == 4);
  CHECK(ran[0] == first);
  CHECK(ran[1] == running(edge, "guard"));
  CHECK(ran[2] == running(edge, "guide"));
  CHECK(ran[3] == last);
}

TEST_CASE("a program between two strangers that cannot be named comes back, at the end",
          "[engine][order]") {
  struct recreating : linchpin::default_policies {
    using update_strategy = linchpin::update::recreate;
  };
  machine host;
  const auto first = must(host.add_foreign_program(host.connect4(), "theirs_first"));
  fake_kernel kernel{host};
  auto edge = open<recreating>(kernel);
  must(edge.apply({connecting()}));
  const auto last = must(host.add_foreign_program(host.connect4(), "theirs_last"));
  must(edge.apply({connecting(bpf_objects::guard_v2())}));
  CHECK(host.run(host.connect4()) == std::vector{first, last, running(edge, "guard")});
}

TEST_CASE("a place between two strangers that cannot be named is refused before anything changes",
          "[engine][order]") {
  machine host;
  static_cast<void>(must(host.add_foreign_program(host.connect4(), "theirs_first")));
  static_cast<void>(must(host.add_foreign_program(host.connect4(), "theirs_last")));
  fake_kernel kernel{host};
  auto edge = open<in_the_middle>(kernel);
  const auto told = refused(edge.plan({connecting()}));
  CHECK(told.is(errc::unsupported));
  CHECK(told.message().find("cgroup_connect4 /sys/fs/cgroup/web") != std::string::npos);
  CHECK(told.message().find("whose links this kernel does not list") != std::string::npos);

  // At a hook that tells them the same policy finds its neighbour.
  static_cast<void>(must(host.add_foreign_program(host.ingress("eth0"), "theirs_first")));
  static_cast<void>(must(host.add_foreign_program(host.ingress("eth0"), "theirs_last")));
  must(edge.apply({guide()}));
  const auto ran = host.run(host.ingress("eth0"));
  REQUIRE(ran.size() == 3);
  CHECK(ran[1] == running(edge, "guide"));
}

TEST_CASE("among equal priorities the name decides, also where a hook can only append",
          "[engine][order]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto named = [](const char* name, std::span<const std::byte> object) {
    linchpin::desired_component made{name, elf(object)};
    made.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
    return made;
  };
  const auto zeta = named("zeta", bpf_objects::guard());
  const auto alpha = named("alpha", bpf_objects::guard_v2());
  must(edge.apply({zeta, alpha}));
  CHECK(host.run(host.connect4()) == std::vector{running(edge, "alpha"), running(edge, "zeta")});
  CHECK(must(edge.plan({zeta, alpha})).empty());
}

TEST_CASE("a hook that can only append gives the order where appending does", "[engine][order]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component late{"late", elf(bpf_objects::guard())};
  late.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"}).priority(9);
  linchpin::desired_component early{"early", elf(bpf_objects::guard_v2())};
  early.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"}).priority(1);
  must(edge.apply({late, early}));
  const auto ran = host.run(host.connect4());
  REQUIRE(ran.size() == 2);
  CHECK(ran[0] == running(edge, "early"));
}

TEST_CASE("an order that this kernel cannot give is refused before anything changes",
          "[engine][order]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component late{"late", elf(bpf_objects::guard())};
  late.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"}).priority(9);
  linchpin::desired_component early{"early", elf(bpf_objects::guard_v2())};
  early.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"}).priority(1);
  must(edge.apply({late}));
  kernel.reset_calls();
  const auto told = refused(edge.plan({late, early}));
  CHECK(told.is(errc::unsupported));
  CHECK(told.message().find("cgroup_connect4 /sys/fs/cgroup/web") != std::string::npos);
  CHECK(kernel.calls().writes() == 0);
}

TEST_CASE("what leaves in the same apply is no neighbour to what comes", "[engine][order]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto devices = connecting_as("devices"), sessions = connecting_as("sessions");
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  linchpin::desired_component elsewhere{"gate", elf(bpf_objects::guard())};
  elsewhere.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  must(edge.apply({gate}));
  REQUIRE(host.run(host.connect4()).size() == 1);

  SECTION("a component") {
    must(edge.apply({sessions, devices}));
    CHECK(must(edge.plan({sessions, devices})).empty());
  }
  SECTION("an attachment of a component that stays") {
    must(edge.apply({elsewhere, sessions, devices}));
    CHECK(must(edge.plan({elsewhere, sessions, devices})).empty());
  }
  CHECK(host.run(host.connect4()) ==
        std::vector{running(edge, "devices"), running(edge, "sessions")});
}

TEST_CASE("a place before one of ours that stays is refused, whoever else leaves",
          "[engine][order]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({connecting_as("gate"), connecting_as("sessions")}));
  kernel.reset_calls();
  const auto told = refused(edge.plan({connecting_as("devices"), connecting_as("sessions")}));
  CHECK(told.is(errc::unsupported));
  CHECK(told.expected() == "place 1 of 2");
  CHECK(kernel.calls().writes() == 0);
}

TEST_CASE("where the order can be had, it holds among those that come while others leave",
          "[engine][order]") {
  machine host;
  const auto theirs = must(host.add_foreign_program(host.ingress("eth0"), "theirs"));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto entering_as = [](const char* name) {
    linchpin::desired_component made{name, elf(bpf_objects::guide())};
    made.attach("guide_in", linchpin::hook::tcx_ingress{"eth0"});
    return made;
  };
  must(edge.apply({entering_as("b"), entering_as("d"), entering_as("f")}));
  must(edge.apply({entering_as("a"), entering_as("c"), entering_as("d"), entering_as("e")}));
  CHECK(host.run(host.ingress("eth0")) == std::vector{theirs, running(edge, "a"),
                                                      running(edge, "c"), running(edge, "d"),
                                                      running(edge, "e")});
}
