// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace linchpin;

namespace {

kernel_facts everything() {
  kernel_facts facts;
  for (const auto* traits : hook_mechanisms()) {
    auto& known = facts.of(traits->how);
    if (traits->has_link) known.available = answer::yes();
    known.ordered = answer::yes();
  }
  return facts;
}

}  // namespace

TEST_CASE("a tcx link compares, is anchored, and its chain has a revision", "[hook]") {
  CHECK(hook::tcx_ingress_family.abilities(hook::tcx_link, everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::anchors, true, true, false,
                       true, true, 63});
}

TEST_CASE("a clsact filter swaps without comparing, has a number and no link", "[hook]") {
  CHECK(hook::tcx_egress_family.abilities(hook::clsact_filter, everything()) ==
        hook_abilities{update_ability::swap, order_ability::priorities, false, true, false, false,
                       false, 0});
}

TEST_CASE("xdp and the flow dissector take one program", "[hook]") {
  const hook_abilities one{
      update_ability::compare_and_swap, order_ability::none, true, true, true, false, true, 1};
  CHECK(hook::xdp_family.abilities(hook::xdp_native, everything()) == one);
  CHECK(hook::xdp_family.abilities(hook::xdp_generic, everything()) == one);
  CHECK(hook::flow_dissector_family.abilities(hook::netns_link, everything()) == one);
}

TEST_CASE("a sockmap takes one program, and its link compares", "[hook]") {
  CHECK(hook::sk_msg_family.abilities(hook::sockmap_link, everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::none, true, true, true,
                       false, true, 1});
}

TEST_CASE("an algorithm is replaced by comparing, and no kernel lists it", "[hook]") {
  CHECK(hook::tcp_congestion_family.abilities(hook::struct_ops_link, everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::none, true, false, true,
                       false, true, 0});
}

TEST_CASE("sk_lookup runs many programs in attach order", "[hook]") {
  CHECK(hook::sk_lookup_family.abilities(hook::netns_link, everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::append, true, true, false,
                       false, false, 64});
}

TEST_CASE("a cgroup hook is anchored only where that was seen to work", "[hook]") {
  auto facts = everything();
  const auto& family = hook::cgroup_connect4_family;
  CHECK(family.abilities(hook::cgroup_link, facts) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::anchors, true, true, false,
                       true, false, 64});

  const hook_abilities appended{
      update_ability::compare_and_swap, order_ability::append, true, true, false, false, false, 64};
  facts.of(hook::cgroup_link).ordered = answer::no("EINVAL");
  CHECK(family.abilities(hook::cgroup_link, facts) == appended);
  facts.of(hook::cgroup_link).ordered = answer::unknown("no cgroup to try on");
  CHECK(family.abilities(hook::cgroup_link, facts) == appended);
}

TEST_CASE("a family can do nothing through a mechanism that is not its own", "[hook]") {
  for (const auto* family : hook_families()) {
    for (int number = 1; number <= 11; ++number) {
      const auto how = static_cast<mechanism>(number);
      if (std::ranges::find(family->mechanisms, how) != family->mechanisms.end()) continue;
      INFO(family->name << " through " << mechanism_name(how));
      CHECK(family->abilities(how, everything()) == hook_abilities{});
      CHECK(family->available(how, everything()).is_no());
    }
  }
}

TEST_CASE("what a typed hook says agrees with what its family says", "[hook]") {
  const auto agree = [](const auto& hook) {
    const any_hook any = hook;
    for (const auto how : any.mechanisms()) {
      const auto abilities = any.abilities(how, everything());
      CHECK(abilities.exclusive == hook.exclusive);
      CHECK((abilities.update != update_ability::none) == hook.updatable);
    }
  };
  agree(hook::xdp{"eth0"});
  agree(hook::tcx_ingress{"eth0"});
  agree(hook::tcx_egress{"eth0"});
  agree(hook::cgroup_skb_ingress{"/"});
  agree(hook::cgroup_device{"/"});
  agree(hook::sk_lookup{});
  agree(hook::flow_dissector{});
  agree(hook::sk_msg{"sockets"});
  agree(hook::sk_skb_verdict{"sockets"});
  agree(hook::tcp_congestion{});
}

TEST_CASE("availability is the kernel's answer, its reason included", "[hook]") {
  auto facts = everything();
  facts.of(hook::tcx_link).available = answer::no("kernel before 6.6");
  const any_hook tcx = hook::tcx_ingress{"eth0"};
  CHECK(tcx.available(hook::tcx_link, facts).is_no());
  CHECK(tcx.available(hook::tcx_link, facts).reason() == "kernel before 6.6");
  CHECK(tcx.available(hook::clsact_filter, facts).is_unknown());

  facts.of(hook::cgroup_link).available = answer::unknown("no cgroup2 mount");
  CHECK(any_hook{hook::cgroup_sysctl{"/x"}}.available(hook::cgroup_link, facts).is_unknown());
  CHECK(any_hook{hook::xdp{"eth0"}}.available(hook::xdp_generic, facts).is_yes());
  CHECK(any_hook{hook::flow_dissector{}}.available(hook::netns_link, facts).is_yes());
}
