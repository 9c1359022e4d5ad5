// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "inhabited.hpp"

// Network namespaces that cannot be found at the moment: their path is gone while processes live in
// them, or a look at them fails. That says nothing about what runs there.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::netns_name;

namespace {

void start(scene& host) {
  fake_kernel kernel{host};
  must(open(kernel).apply({far_gate()}));
}

// A process that is killed at a call of its apply.
// returns: false where the apply ended before that call.
bool dies_at_call(std::uint64_t nth, scene& host, const linchpin::desired_component& wanted) {
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  faulty.arm({.what = fault::kind::die, .nth = nth});
  static_cast<void>(edge.apply({wanted}, 1).has_value());
  return faulty.struck();
}

}  // namespace

TEST_CASE("a look at a network namespace that fails once leaves nothing running there",
          "[engine][target][netns][fault]") {
  inhabited_space host{by_link_or_filter()};
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({far_gate()}));
  // The first call is about the own namespace, the second about the one on record.
  faulty.arm({.nth = 2, .only = verb::resolve});
  const auto report = must(edge.apply(linchpin::nothing));
  CHECK(faulty.struck());
  CHECK(report.left_alone.empty());
  CHECK(host.running_there() == 0);
}

TEST_CASE(
    "what runs in a network namespace whose path is gone is kept until a path leads there again",
    "[engine][identity][target][netns]") {
  inhabited_space host{by_link_or_filter()};
  CAPTURE(name_of(host.where));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({far_gate()}));
  host.lose_path();
  CHECK(status_of(edge, "gate").attachments.front().state == attachment_state::elsewhere);
  check_nothing_to_plan(edge, {far_gate()});
  CHECK(tells_of_netns(must(edge.apply(linchpin::nothing)).left_alone));
  CHECK(status_of(edge, "gate").attachments.size() == 1);
  host.find_path();
  CHECK(host.running_there() == 1);
  check_settled(edge, {far_gate()});
  CHECK(must(edge.apply(linchpin::nothing)).detached == 1);
  CHECK(host.running_there() == 0);
  CHECK(host.programs().empty());
}

TEST_CASE("a path that goes after the plan was made hides nothing that the plan was to end",
          "[engine][identity][target][netns]") {
  inhabited_space host{place::clsact};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({far_gate()}));
  const auto plan = must(edge.plan(linchpin::nothing));
  host.lose_path();
  CHECK(refused(edge.apply(plan)).is(linchpin::outcome::stranded));
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  host.find_path();
  CHECK(host.running_there() == 1);
  must(edge.apply(linchpin::nothing));
  CHECK(host.running_there() == 0);
  CHECK(host.programs().empty());
}

TEST_CASE(
    "killed at any call, a service ends what it began once its network namespace is found again",
    "[engine][identity][target][netns][recovery]") {
  const auto where = by_link_or_filter();
  CAPTURE(name_of(where));
  bool waited = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    inhabited_space host{where};
    const bool died = dies_at_call(nth, host, far_gate());
    host.lose_path();
    fake_kernel kernel{host};
    auto edge = open(kernel);
    const auto told = edge.recovered();
    waited = waited || told.find("its last change is not finished") != std::string::npos;
    host.find_path();
    must(edge.apply(linchpin::nothing));
    CHECK(host.running_there() == 0);
    CHECK(host.programs().empty());
    if (!died) break;
  }
  CHECK(waited);
}

TEST_CASE(
    "killed at any call of an upgrade, a filter whose network namespace is found again runs old or "
    "new",
    "[engine][identity][target][netns][recovery]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    inhabited_space host{place::clsact};
    start(host);
    const bool died = dies_at_call(nth, host, far_gate(bpf_objects::guard_v2()));
    host.lose_path();
    fake_kernel kernel{host};
    auto edge = open(kernel);
    host.find_path();
    CHECK(must(edge.plan({far_gate()})).empty() !=
          must(edge.plan({far_gate(bpf_objects::guard_v2())})).empty());
    CHECK(host.running_there() == 1);
    must(edge.apply({far_gate(bpf_objects::guard_v2())}));
    check_settled(edge, {far_gate(bpf_objects::guard_v2())});
    if (!died) break;
  }
}

TEST_CASE("a network namespace that may not be entered keeps nobody else from changing",
          "[engine][target][netns]") {
  inhabited_space host{by_link_or_filter()};
  CAPTURE(name_of(host.where));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("near"), far_gate()}));
  auto held = kernel.privileges();
  held.sys_admin = linchpin::answer::no("this thread does not have CAP_SYS_ADMIN");
  kernel.set_privileges(held);
  const std::vector next{host.one("near", 0, bpf_objects::guard_v2()), far_gate()};
  const auto report = must(edge.apply(next));
  CHECK(report.updated == 1);
  CHECK(host.running_there() == 1);
  // What a link runs, the link tells. A filter can be seen nowhere but in its namespace.
  CHECK(report.held_back.size() == (host.where == place::clsact ? 1U : 0U));
  check_nothing_to_plan(edge, next);
}

TEST_CASE("a name that cannot be looked up holds back nobody but who runs there",
          "[engine][target][netns][fault]") {
  inhabited_space host{by_link_or_filter()};
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({host.one("near"), far_gate()}));
  // All names at once, and then twice the second one.
  for (const std::uint64_t nth : {1U, 3U, 4U}) faulty.arm({.nth = nth, .only = verb::resolve});
  const std::vector next{host.one("near", 0, bpf_objects::guard_v2()),
                         far_gate(bpf_objects::guard_v2())};
  const auto report = must(edge.apply(next));
  CHECK(report.updated == 1);
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().find("eth0 in /run/netns/blue cannot be looked up") !=
        std::string::npos);
  CHECK(host.running_there() == 1);
  CHECK(must(edge.apply(next)).updated == 1);
  check_settled(edge, next);
}

TEST_CASE("a component's record takes over no path below /proc that another one names",
          "[engine][identity][target][netns]") {
  inhabited_space host{by_link_or_filter()};
  host.name_netns("/proc/77/ns/net", blue);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component other{"other", elf(bpf_objects::guard())};
  other.attach("guard_out", linchpin::hook::tcx_egress{"eth0", netns_name::of_process(77)});
  must(edge.apply({far_gate(), other}));
  host.lose_path();
  must(edge.apply({far_gate(), other}));
  CHECK(status_of(edge, "gate").attachments.front().hook == "tcx_ingress eth0 in /run/netns/blue");
  host.find_path();
  check_settled(edge, {far_gate(), other});
}

TEST_CASE(
    "what a dead process attached is ended once its interface is back from another network "
    "namespace",
    "[engine][identity][netns][recovery]") {
  const bool renumbered = GENERATE(false, true);
  CAPTURE(renumbered);
  bool waited = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    scene host;
    host.add_netns(blue);
    const auto number = host.recreate_interface("eth0");
    const bool died = dies_at_call(nth, host, host.one("gate"));
    host.move_interface_to_netns("eth0", blue);
    if (renumbered) host.renumber_interface("eth0", blue);
    const auto links = host.links();
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(host.links() == links);
    waited = waited || (died && !links.empty());
    if (renumbered) host.renumber_interface("eth0", blue, number);
    host.move_interface_to_netns("eth0", "", blue);
    must(edge.apply(linchpin::nothing));
    CHECK(host.run(host.at()).empty());
    CHECK(host.links().empty());
    CHECK(host.programs().empty());
    CHECK(must(edge.status()).healthy());
    if (!died) break;
  }
  CHECK(waited);
}

TEST_CASE(
    "what a dead process attached is not ended while its network namespace may not be entered",
    "[engine][identity][netns][recovery]") {
  const auto where = by_link_or_filter();
  CAPTURE(name_of(where));
  bool waited = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    inhabited_space host{where};
    const bool died = dies_at_call(nth, host, far_gate());
    const auto ran = host.running_there();
    fake_kernel kernel{host};
    const auto whole = kernel.privileges();
    auto held = whole;
    held.sys_admin = linchpin::answer::no("this thread does not have CAP_SYS_ADMIN");
    kernel.set_privileges(held);
    auto edge = open(kernel);
    CHECK(host.running_there() == ran);
    waited = waited || (died && ran == 1);
    kernel.set_privileges(whole);
    must(edge.apply(linchpin::nothing));
    CHECK(host.running_there() == 0);
    CHECK(host.programs().empty());
    if (!died) break;
  }
  CHECK(waited);
}
