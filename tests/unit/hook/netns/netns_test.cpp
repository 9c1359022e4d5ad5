// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::sk_lookup>);
static_assert(typed_hook<hook::flow_dissector>);

TEST_CASE("a hook of a network namespace reads as its family and the path", "[hook]") {
  CHECK(any_hook{hook::sk_lookup{"/run/netns/blue"}}.text() == "sk_lookup /run/netns/blue");
  CHECK(any_hook{hook::sk_lookup{}}.text() == "sk_lookup own netns");
  CHECK(agrees_with_its_family(hook::sk_lookup{}));
  CHECK(agrees_with_its_family(hook::flow_dissector{}));
}

TEST_CASE("the flow dissector takes one program", "[hook]") {
  const hook_abilities one{
      update_ability::compare_and_swap, order_ability::none, true, true, true, false, true, 1};
  CHECK(hook::flow_dissector_family.abilities(hook::netns_link, facts_of_everything()) == one);
}

TEST_CASE("sk_lookup runs many programs in attach order", "[hook]") {
  CHECK(hook::sk_lookup_family.abilities(hook::netns_link, facts_of_everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::append, true, true, false,
                       false, false, 64});
}

TEST_CASE("a network namespace that takes no more programs is full", "[kernel][driver]") {
  CHECK(condition_at(hook::netns_link, E2BIG) == errc::full);
}
