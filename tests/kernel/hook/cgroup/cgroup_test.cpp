// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../kernel/link_walk.hpp"
#include "../hook_ground.hpp"

using namespace linchpin;

namespace {

using ids = std::vector<program_id>;

}  // namespace

TEST_CASE("a cgroup link attaches, swaps and detaches", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::cgroup_link).available);
  live::walk_through(kernel,
                     {live::egress_at(kernel, live::make_cgroup(box, "web")), live::skb_program});
}

TEST_CASE("cgroup links stand where their anchors say", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::cgroup_link).ordered);
  const auto at = live::egress_at(kernel, live::make_cgroup(box, "order"));
  const auto a = live::skb_program(kernel, "lpk_a");
  const auto b = live::skb_program(kernel, "lpk_b");
  const auto c = live::skb_program(kernel, "lpk_c");
  const auto held_c = kernel.attach(at, c.ref(), {}).value();
  const auto held_a = kernel.attach(at, a.ref(), live::at_end(anchor_kind::first)).value();
  chain_entry anchor_c;
  anchor_c.program = live::id_of(kernel, c);
  anchor_c.link = held_c.id.link;
  const auto held_b =
      kernel.attach(at, b.ref(), live::beside(anchor_kind::before, anchor_c)).value();
  CHECK(live::programs_of(kernel.query(at).value()) ==
        std::vector{live::id_of(kernel, a), live::id_of(kernel, b), live::id_of(kernel, c)});
}

TEST_CASE("without order a cgroup appends and refuses any other place", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  if (kernel.facts().of(hook::cgroup_link).ordered.is_yes())
    SKIP("cgroup links have an order here");
  const auto at = live::egress_at(kernel, live::make_cgroup(box, "append"));
  const auto a = live::skb_program(kernel, "lpk_a");
  const auto b = live::skb_program(kernel, "lpk_b");
  const auto held_a = kernel.attach(at, a.ref(), live::at_end(anchor_kind::last)).value();
  const auto held_b = kernel.attach(at, b.ref(), {}).value();
  CHECK(live::programs_of(kernel.query(at).value()) ==
        std::vector{live::id_of(kernel, a), live::id_of(kernel, b)});
  const auto refused = kernel.attach(at, a.ref(), live::at_end(anchor_kind::first));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::unsupported));
}

TEST_CASE("a program at a parent cgroup leaves the child's revision alone", "[kernel][links]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::cgroup_link).available);
  live::need(kernel.facts().of(hook::cgroup_link).ordered);
  const auto parent = live::egress_at(kernel, live::make_cgroup(box, "parent"));
  const auto child = live::egress_at(kernel, live::make_cgroup(box, "parent/child"));
  const auto program = live::skb_program(kernel, "lpk_child");
  const auto held = kernel.attach(child, program.ref(), {}).value();
  const auto before = kernel.query(child).value().revision;
  CHECK(before.value == 2);
  const auto above = kernel.attach(parent, program.ref(), {}).value();
  CHECK(kernel.query(parent).value().revision.value == 2);
  CHECK(kernel.query(child).value().revision == before);
}

TEST_CASE("a family refuses what the kernel lets into a cgroup link", "[kernel][hook]") {
  hook_ground ground{{&hook::cgroup_connect4_family, hook::cgroup_link}};
  const auto connect4 = ground.load();
  const auto connect6 = ground.load(hook::cgroup_connect6_family);
  const auto held = ground.attach(connect4);

  // The hole: the attach type is compared at creation only.
  CHECK_FALSE(ground.kernel.attach(ground.at(), connect6.handle.ref(), {}));
  CHECK(ground.update(held, connect4, connect6));
  CHECK(ground.chain() == ids{connect6.id});

  // What closes it.
  CHECK(why_not(hook::cgroup_connect4_family,
                {.name = "connect6",
                 .section = "cgroup/connect6",
                 .type = hook::cgroup_connect6_family.program,
                 .expected_attach_type = hook::cgroup_connect6_family.attach}));
}
