// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "inhabited.hpp"

// Network namespaces that a service may not enter, because it does not have CAP_SYS_ADMIN (any
// more).

using namespace engine_test;
using linchpin::netns_name;

namespace {

constexpr const char* by_process = "/proc/77/ns/net";

void close_netns(fake_kernel& kernel) {
  auto held = kernel.privileges();
  held.sys_admin = linchpin::answer::no("this thread does not have CAP_SYS_ADMIN");
  kernel.set_privileges(held);
}

linchpin::desired_component far_exit(const char* name) {
  linchpin::desired_component made{name, elf(bpf_objects::guard())};
  made.attach("guard_out", linchpin::hook::tcx_egress{"eth0", blue});
  return made;
}

}  // namespace

TEST_CASE("another path to a network namespace that may not be entered refuses nobody",
          "[engine][target][netns]") {
  inhabited_space host{by_link_or_filter()};
  CAPTURE(name_of(host.where));
  host.name_netns(by_process, blue);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("near"), far_gate()}));
  close_netns(kernel);
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", netns_name::of_process(77)});
  const std::vector next{host.one("near", 0, bpf_objects::guard_v2()), gate};
  const auto report = must(edge.apply(next));
  CHECK(report.updated == 1);
  CHECK(report.held_back.size() == (host.where == place::clsact ? 1U : 0U));
  CHECK(host.running_there() == 1);
  check_nothing_to_plan(edge, next);
}

TEST_CASE("a link where a service may not enter is upgraded, also where the order is observed",
          "[engine][target][netns]") {
  inhabited_space host{place::tcx};
  fake_kernel kernel{host};
  auto edge = open<ordered>(kernel);
  must(edge.apply({host.one("near"), far_gate()}));
  close_netns(kernel);
  const std::vector next{host.one("near", 0, bpf_objects::guard_v2()),
                         far_gate(bpf_objects::guard_v2())};
  const auto report = must(edge.apply(next));
  CHECK(report.updated == 2);
  CHECK(report.held_back.empty());
  CHECK(host.running_there() == 1);
  check_nothing_to_plan(edge, next);
}

TEST_CASE("what is to be attached again where a service may not enter is held back",
          "[engine][target][netns]") {
  inhabited_space host{place::tcx};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("near"), far_gate()}));
  host.remove_interface("eth0", blue);
  const bool noticed = GENERATE(false, true);
  CAPTURE(noticed);
  if (noticed) must(edge.apply({host.one("near"), far_gate()}));
  host.add_interface("eth0", blue);
  close_netns(kernel);
  const auto report = must(edge.apply({host.one("near", 0, bpf_objects::guard_v2()), far_gate()}));
  CHECK(report.updated == 1);
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().starts_with("component gate: "));
}

TEST_CASE("a component that is not asked for goes though the only other one cannot be looked at",
          "[engine][target][netns]") {
  inhabited_space host{place::clsact};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("near"), far_gate()}));
  close_netns(kernel);
  const auto report = must(edge.apply({far_gate()}));
  CHECK(report.detached == 1);
  CHECK(report.held_back.size() == 1);
  CHECK(host.run(host.at()).empty());
  CHECK(host.running_there() == 1);
}

TEST_CASE("a name that cannot be looked up is refused to the component that starts there",
          "[engine][target][netns]") {
  inhabited_space host{place::clsact};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("near"), far_exit("former")}));
  close_netns(kernel);
  const auto told = refused(edge.plan({host.one("near"), far_exit("former"), far_exit("latter")}));
  CHECK(told.is(linchpin::errc::permission_denied));
  CHECK(told.subject().starts_with("component latter, tcx_egress eth0 in /run/netns/blue"));
}
