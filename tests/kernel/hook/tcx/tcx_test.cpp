// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../kernel/link_walk.hpp"

using namespace linchpin;

TEST_CASE("a tcx link attaches, swaps and detaches, in both directions", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  auto at = live::tcx_at(kernel, "lpk0");
  live::walk_through(kernel, {at, live::tc_program});
  at.type = uapi::attach_type::tcx_egress;
  live::walk_through(kernel, {at, live::tc_program});
}

TEST_CASE("tcx programs stand where their anchors say", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  const auto at = live::tcx_at(kernel, "lpk0");
  std::vector<handle> programs;
  std::vector<program_id> ids;
  for (const auto* name : {"lpk_a", "lpk_b", "lpk_c", "lpk_d", "lpk_e"}) {
    programs.push_back(live::tc_program(kernel, name));
    ids.push_back(live::id_of(kernel, programs.back()));
  }
  const auto b = kernel.attach(at, programs[1].ref(), {}).value();
  const auto e = kernel.attach(at, programs[4].ref(), live::at_end(anchor_kind::last)).value();
  const auto a = kernel.attach(at, programs[0].ref(), live::at_end(anchor_kind::first)).value();
  auto now = kernel.query(at).value();
  REQUIRE(live::programs_of(now) == std::vector{ids[0], ids[1], ids[4]});
  CHECK(now.entries[1].link == b.id.link);
  CHECK(now.entries[1].name == "lpk_b");
  const auto c =
      kernel.attach(at, programs[2].ref(), live::beside(anchor_kind::after, now.entries[1]))
          .value();
  auto by_program = now.entries[2];
  by_program.link = {};
  auto where = live::beside(anchor_kind::before, by_program);
  where.expected = kernel.query(at).value().revision;
  const auto d = kernel.attach(at, programs[3].ref(), where).value();
  CHECK(live::programs_of(kernel.query(at).value()) == ids);
}

TEST_CASE("the same program twice at tcx already exists", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  const auto program = live::tc_program(kernel, "lpk_twice");
  const auto at = live::tcx_at(kernel, "lpk0");
  const auto held = kernel.attach(at, program.ref(), {}).value();
  const auto again = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(again);
  CHECK(again.error().is(errc::already_exists));
}
