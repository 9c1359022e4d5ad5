// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "facts.hpp"

using namespace linchpin;

TEST_CASE("a family can do nothing through a mechanism that is not its own", "[hook]") {
  for (const auto* family : hook_families()) {
    for (int number = 1; number <= 255; ++number) {
      const auto how = static_cast<mechanism>(number);
      if (std::ranges::find(family->mechanisms, how) != family->mechanisms.end()) continue;
      INFO(family->name << " through " << mechanism_name(how));
      CHECK(family->abilities(how, facts_of_everything()) == hook_abilities{});
      CHECK(family->available(how, facts_of_everything()).is_no());
    }
  }
}

TEST_CASE("availability is the kernel's answer, its reason included", "[hook]") {
  auto facts = facts_of_everything();
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
