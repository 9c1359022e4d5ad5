// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::tcp_congestion>);

TEST_CASE("a congestion control reads as its family and the kernel", "[hook]") {
  CHECK(any_hook{hook::tcp_congestion{}}.text() == "tcp_congestion kernel");
  CHECK(agrees_with_its_family(hook::tcp_congestion{}));
}

TEST_CASE("an algorithm is replaced by comparing, and no kernel lists it", "[hook]") {
  CHECK(hook::tcp_congestion_family.abilities(hook::struct_ops_link, facts_of_everything()) ==
        hook_abilities{update_ability::compare_and_swap, order_ability::none, true, false, true,
                       false, true, 0});
}
