// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// Hooks that name the network namespace they are in: a service works there as in its own.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::netns_name;

namespace {

constexpr const char* red = "/run/netns/red";

// A machine with an interface "eth0" in a namespace beside the one that services start in.
struct two_spaces : scene {
  explicit two_spaces(place where = place::tcx) : scene{where} {
    add_netns(blue);
    add_interface("eth0", blue);
  }

  [[nodiscard]] linchpin::attach_point there(const std::string& netns = blue) const {
    const auto how =
        where == place::clsact ? linchpin::hook::clsact_filter : linchpin::hook::tcx_link;
    return point(how, attach_type::tcx_ingress, "eth0", netns);
  }
  [[nodiscard]] std::size_t running_there(const std::string& netns = blue) const {
    return run(there(netns)).size();
  }
};

linchpin::desired_component gate_in(netns_name netns,
                                    std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", std::move(netns)});
  return made;
}

place link_or_filter() {
  return GENERATE(place::tcx, place::clsact);
}

attachment_state only_state(linchpin::orchestrator_core& edge) {
  const auto attachments = status_of(edge, "gate").attachments;
  REQUIRE(attachments.size() == 1);
  return attachments.front().state;
}

}  // namespace

TEST_CASE("a hook in another network namespace is started, upgraded and removed there",
          "[engine][target][netns]") {
  two_spaces host{link_or_filter()};
  CAPTURE(name_of(host.where));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto plan = must(edge.plan({gate_in(blue)}));
  CHECK(plan.text().find("tcx_ingress eth0 in /run/netns/blue") != std::string::npos);
  CHECK(must(edge.apply(plan)).attached == 1);
  CHECK(host.running_there() == 1);
  CHECK(host.run(host.at()).empty());
  check_settled(edge, {gate_in(blue)});
  CHECK(status_of(edge, "gate").attachments.front().hook == "tcx_ingress eth0 in /run/netns/blue");

  const auto former = host.run(host.there());
  CHECK(must(edge.apply({gate_in(blue, bpf_objects::guard_v2())})).updated == 1);
  CHECK(host.running_there() == 1);
  CHECK(host.run(host.there()) != former);
  { auto ended = std::move(edge); }
  edge = open(kernel);
  check_settled(edge, {gate_in(blue, bpf_objects::guard_v2())});
  CHECK(must(edge.remove_all()).left_alone.empty());
  CHECK(host.running_there() == 0);
  CHECK(host.programs().empty());
}

TEST_CASE("one component stands at interfaces of one name in two network namespaces",
          "[engine][target][netns]") {
  two_spaces host{link_or_filter()};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto both = [](std::span<const std::byte> object) {
    auto made = gate_in(blue, object);
    made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
    return made;
  };
  CHECK(must(edge.apply({both(bpf_objects::guard())})).attached == 2);
  CHECK(host.run(host.at()).size() == 1);
  CHECK(host.running_there() == 1);
  CHECK(must(edge.apply({both(bpf_objects::guard_v2())})).updated == 2);
  CHECK(must(edge.apply({gate_in(blue, bpf_objects::guard_v2())})).detached == 1);
  CHECK(host.run(host.at()).empty());
  CHECK(host.running_there() == 1);
  check_settled(edge, {gate_in(blue, bpf_objects::guard_v2())});
}

TEST_CASE("two paths of one network namespace are one hook", "[engine][identity][target][netns]") {
  two_spaces host{link_or_filter()};
  host.name_netns("/proc/77/ns/net", blue);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({gate_in(blue)}));
  const auto before = host.run(host.there());
  check_nothing_to_plan(edge, {gate_in(netns_name::of_process(77))});
  auto twice = gate_in(blue);
  twice.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", netns_name::of_process(77)});
  const auto told = refused(edge.plan({twice}));
  CHECK(told.is(linchpin::errc::already_exists));
  CHECK(told.found().find("eth0 in /proc/77/ns/net") != std::string_view::npos);

  // The first path goes: the other one leads to what runs.
  host.remove_netns(blue);
  const auto by_process = gate_in(netns_name::of_process(77));
  check_nothing_to_plan(edge, {by_process});
  CHECK(host.run(host.there("/proc/77/ns/net")) == before);
  const auto upgraded = gate_in(netns_name::of_process(77), bpf_objects::guard_v2());
  CHECK(must(edge.apply({upgraded})).updated == 1);
  CHECK(host.run(host.there("/proc/77/ns/net")).size() == 1);
  check_settled(edge, {upgraded});
}

TEST_CASE("the own network namespace by its path is the own one", "[engine][target][netns]") {
  two_spaces host{link_or_filter()};
  {
    fake_kernel kernel{host, blue};
    auto edge = open(kernel);
    must(edge.apply({gate_in({})}));
    check_nothing_to_plan(edge, {gate_in(blue)});
  }
  fake_kernel inside{host, blue};
  fake_kernel outside{host};
  // Started again outside, the service names the namespace that it was in.
  auto edge = open(outside);
  check_nothing_to_plan(edge, {gate_in(blue)});
  CHECK(must(edge.apply({gate_in(blue, bpf_objects::guard_v2())})).updated == 1);
  CHECK(host.running_there() == 1);
  check_settled(edge, {gate_in(blue, bpf_objects::guard_v2())});
  // And started again inside.
  { auto ended = std::move(edge); }
  edge = open(inside);
  check_settled(edge, {gate_in({}, bpf_objects::guard_v2())});
}

TEST_CASE("a network namespace that is not there is refused, and waited for where it was",
          "[engine][target][netns]") {
  two_spaces host{link_or_filter()};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto told = refused(edge.plan({gate_in(red)}));
  CHECK(told.is(linchpin::errc::not_found));
  CHECK(told.expected() == "interface eth0 in /run/netns/red");
  CHECK(told.found() == "no such interface there, or no such network namespace");

  must(edge.apply({gate_in(blue)}));
  host.remove_netns(blue);
  // A link tells that it went with its namespace. Of a filter nothing tells.
  CHECK(only_state(edge) == (host.where == place::clsact ? attachment_state::elsewhere
                                                         : attachment_state::target_gone));
  must(edge.apply({gate_in(blue)}));
  check_nothing_to_plan(edge, {gate_in(blue)});
  must(edge.apply({gate_in(blue, bpf_objects::guard_v2())}));
  host.add_netns(blue);
  host.add_interface("eth0", blue);
  CHECK(must(edge.apply({gate_in(blue, bpf_objects::guard_v2())})).attached == 1);
  CHECK(host.running_there() == 1);
  check_settled(edge, {gate_in(blue, bpf_objects::guard_v2())});
}

TEST_CASE("a path that has come to mean another network namespace is not taken for the former one",
          "[engine][identity][target][netns]") {
  two_spaces host{link_or_filter()};
  CAPTURE(name_of(host.where));
  host.add_netns(red);
  host.add_interface("eth0", red);
  host.name_netns("/kept", blue);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({gate_in(blue)}));
  const auto ran = host.run(host.there());
  host.name_netns(blue, red);
  const auto report = must(edge.apply({gate_in(blue)}));
  CHECK(report.attached == 1);
  CHECK(host.running_there(red) == 1);
  // What runs in the former one is left as it is, and told.
  CHECK(host.run(host.there("/kept")) == ran);
  CHECK_FALSE(report.left_alone.empty());
  check_nothing_to_plan(edge, {gate_in(blue)});
}

TEST_CASE(
    "a network namespace made anew under its path is attached to, and the former one forgotten",
    "[engine][identity][target][netns]") {
  two_spaces host{link_or_filter()};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({gate_in(blue)}));
  host.remove_netns(blue);
  host.add_netns(blue);
  host.add_interface("eth0", blue);
  CHECK(must(edge.apply({gate_in(blue)})).attached == 1);
  CHECK(host.running_there() == 1);
  CHECK(status_of(edge, "gate").attachments.size() == 1);
  check_settled(edge, {gate_in(blue)});
}

TEST_CASE("what somebody detached in another network namespace is attached again there",
          "[engine][target][netns]") {
  two_spaces host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({gate_in(blue)}));
  host.recreate_interface("eth0", blue);
  CHECK(host.running_there() == 0);
  CHECK(must(edge.apply({gate_in(blue)})).attached == 1);
  CHECK(host.running_there() == 1);
  check_settled(edge, {gate_in(blue)});
}

TEST_CASE("a device that leaves the network namespace it was named in keeps its link",
          "[engine][identity][target][netns]") {
  two_spaces host;
  host.add_netns(red);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({gate_in(blue)}));
  const auto links = host.links();
  host.move_interface_to_netns("eth0", red, blue);
  CHECK(only_state(edge) == attachment_state::elsewhere);
  CHECK(must(edge.apply({gate_in(blue, bpf_objects::guard_v2())})).updated == 1);
  CHECK(host.links() == links);
  CHECK(host.running_there(red) == 1);
  host.move_interface_to_netns("eth0", blue, red);
  check_settled(edge, {gate_in(blue, bpf_objects::guard_v2())});
}

TEST_CASE("killed at any call at another network namespace, the next process finds old or new",
          "[engine][target][netns][recovery]") {
  const auto where = link_or_filter();
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    two_spaces host{where};
    const std::vector former{gate_in(blue)};
    const std::vector next{gate_in(blue, bpf_objects::guard_v2())};
    bool died = false;
    {
      fake_kernel kernel{host};
      must(open(kernel).apply(former));
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(next, 1).has_value());
      died = faulty.struck();
    }
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(must(edge.plan(former)).empty() != must(edge.plan(next)).empty());
    CHECK(host.running_there() == 1);
    must(edge.apply(next));
    check_settled(edge, next);
    if (!died) break;
  }
}

TEST_CASE("without CAP_SYS_ADMIN another network namespace is refused by the plan",
          "[engine][target][netns]") {
  two_spaces host{link_or_filter()};
  fake_kernel kernel{host};
  auto held = kernel.privileges();
  held.sys_admin = linchpin::answer::no("this thread does not have CAP_SYS_ADMIN");
  auto edge = open(kernel);
  SECTION("at a first start") {
    kernel.set_privileges(held);
    const auto before = host.text();
    const auto told = refused(edge.plan({gate_in(blue)}));
    CHECK(told.is(linchpin::errc::permission_denied));
    CHECK(told.message().find("CAP_SYS_ADMIN") != std::string::npos);
    CHECK(told.subject().find("component gate, tcx_ingress eth0 in /run/netns/blue") !=
          std::string_view::npos);
    CHECK(host.text() == before);
    must(edge.apply({gate_in({})}));
  }
  SECTION("and what runs there stays") {
    must(edge.apply({gate_in(blue)}));
    const auto ran = host.run(host.there());
    kernel.set_privileges(held);
    const auto next = gate_in(blue, bpf_objects::guard_v2());
    if (host.where == place::tcx) {
      // A link is updated from anywhere.
      CHECK(must(edge.apply({next})).updated == 1);
      CHECK(host.running_there() == 1);
    } else {
      CHECK(refused(edge.plan({next})).is(linchpin::errc::permission_denied));
      CHECK(host.run(host.there()) == ran);
    }
  }
}

TEST_CASE("a network namespace is named by a path from the root", "[engine][target][netns]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto told = refused(edge.plan({gate_in("netns/blue")}));
  CHECK(told.is(linchpin::errc::invalid_argument));
  CHECK(told.found() == "netns/blue");
}
