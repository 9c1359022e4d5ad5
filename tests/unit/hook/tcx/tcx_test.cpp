// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::tcx_ingress>);
static_assert(typed_hook<hook::tcx_egress>);
static_assert(!hook_with_ways<hook::tcx_ingress>);

TEST_CASE("a tcx hook reads as its direction, its interface and its netns", "[hook]") {
  CHECK(any_hook{hook::tcx_ingress{"eth0"}}.text() == "tcx_ingress eth0");
  CHECK(any_hook{hook::tcx_egress{"eth0", "/run/netns/blue"}}.text() ==
        "tcx_egress eth0 in /run/netns/blue");
  CHECK(agrees_with_its_family(hook::tcx_ingress{"eth0"}));
  CHECK(agrees_with_its_family(hook::tcx_egress{"eth0"}));
}

TEST_CASE("a tcx link compares, is anchored, and its chain has a revision", "[hook]") {
  CHECK(hook::tcx_ingress_family.abilities(hook::tcx_link, facts_of_everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::anchors, true, true, false,
                       true, true, 63});
}

TEST_CASE("a clsact filter swaps without comparing, has a number and no link", "[hook]") {
  CHECK(hook::tcx_egress_family.abilities(hook::clsact_filter, facts_of_everything()) ==
        hook_abilities{update_ability::swap, order_ability::priorities, false, true, false, false,
                       false, 0});
}

TEST_CASE("a full tcx chain and a program that stands there are told apart", "[kernel][driver]") {
  CHECK(condition_at(hook::tcx_link, ERANGE) == errc::full);
  CHECK(condition_at(hook::tcx_link, EEXIST) == errc::already_exists);
}
