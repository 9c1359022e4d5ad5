// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::sk_msg>);
static_assert(typed_hook<hook::sk_skb_verdict>);

TEST_CASE("a hook of a sockmap reads as its family and the map", "[hook]") {
  CHECK(any_hook{hook::sk_msg{"sockets"}}.text() == "sk_msg map sockets");
  CHECK(agrees_with_its_family(hook::sk_msg{"sockets"}));
  CHECK(agrees_with_its_family(hook::sk_skb_verdict{"sockets"}));
}

TEST_CASE("a sockmap takes one program, and its link compares", "[hook]") {
  CHECK(hook::sk_msg_family.abilities(hook::sockmap_link, facts_of_everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::none, true, true, true,
                       false, true, 1});
}

TEST_CASE("sockmaps and sockhashes are the targets of sockmap hooks, and no other map is",
          "[hook]") {
  CHECK(hook::sockmap_traits.takes(uapi::map_type::sockmap));
  CHECK(hook::sockmap_traits.takes(uapi::map_type::sockhash));
  CHECK_FALSE(hook::sockmap_traits.takes(uapi::map_type::hash));
}
