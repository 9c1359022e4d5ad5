// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::cgroup_connect4>);

TEST_CASE("a cgroup hook reads as its family and its directory", "[hook]") {
  CHECK(any_hook{hook::cgroup_connect4{"/sys/fs/cgroup/web"}}.text() ==
        "cgroup_connect4 /sys/fs/cgroup/web");
  CHECK(agrees_with_its_family(hook::cgroup_skb_ingress{"/"}));
  CHECK(agrees_with_its_family(hook::cgroup_device{"/"}));
}

TEST_CASE("a cgroup hook is anchored only where that was seen to work", "[hook]") {
  auto facts = facts_of_everything();
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

TEST_CASE("a cgroup that is full or gone is told by the errno", "[kernel][driver]") {
  CHECK(condition_at(hook::cgroup_link, E2BIG) == errc::full);
  CHECK(condition_at(hook::cgroup_link, ENOENT) == errc::not_found);
}
