// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../../support/u32_filter.hpp"
#include "../../kernel/ground.hpp"

// Filters of ours and the numbers of filters that are not eBPF programs.

using namespace linchpin;

namespace {

attachment attach_at(live_kernel& kernel, const attach_point& at, const handle& program,
                     const anchor& where = {}) {
  auto held = kernel.attach(at, program.ref(), where);
  if (!held && held.error().is(errc::unsupported)) SKIP("no clsact: " + held.error().message());
  INFO((held ? "" : held.error().message()));
  REQUIRE(held);
  return *std::move(held);
}

anchor numbered(anchor where, std::uint16_t priority) {
  where.tc_priority = priority;
  return where;
}

}  // namespace

TEST_CASE("a query tells the priorities of filters that are not BPF, in their direction",
          "[kernel][clsact][tc_priority]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  const auto interface = veth.near_index().value;
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto ours = live::tc_program(kernel, "lpk_ours");
  const auto held = attach_at(kernel, at, ours);
  footing::add_u32_filter(interface, at.type, 50000);
  footing::add_u32_filter(interface, at.type, 100);
  const auto seen = kernel.query(at).value();
  CHECK(seen.other_priorities == std::vector<std::uint16_t>{100, 50000});
  REQUIRE(seen.entries.size() == 1);
  CHECK(seen.entries[0].tc_priority == held.id.tc_priority);
  auto outward = at;
  outward.type = uapi::attach_type::tcx_egress;
  CHECK(kernel.query(outward).value().other_priorities.empty());
}

TEST_CASE("a filter goes around a filter that is not BPF to its place",
          "[kernel][clsact][tc_priority]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  const auto interface = veth.near_index().value;
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto low = live::tc_program(kernel, "lpk_low");
  const auto high = live::tc_program(kernel, "lpk_high");
  const auto between = live::tc_program(kernel, "lpk_between");
  attach_at(kernel, at, low, numbered({}, 100));
  attach_at(kernel, at, high, numbered({}, 103));
  footing::add_u32_filter(interface, at.type, 101);
  const auto first = kernel.query(at).value().entries.front();
  const auto held = attach_at(kernel, at, between, live::beside(anchor_kind::after, first));
  CHECK(held.id.tc_priority == 102);
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{live::id_of(kernel, low),
                                                                   live::id_of(kernel, between),
                                                                   live::id_of(kernel, high)});
}

TEST_CASE("a priority that a filter of another kind has is a conflict",
          "[kernel][clsact][tc_priority]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  const auto interface = veth.near_index().value;
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto ours = live::tc_program(kernel, "lpk_ours");
  const auto next = live::tc_program(kernel, "lpk_next");
  attach_at(kernel, at, ours, numbered({}, 100));
  footing::add_u32_filter(interface, at.type, 200);
  const auto before = kernel.query(at).value();
  for (const std::uint16_t taken : {100, 200}) {
    CAPTURE(taken);
    const auto refused = kernel.attach(at, next.ref(), numbered({}, taken));
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().message());
    CHECK(refused.error().is(errc::conflict));
    CHECK(refused.error().subject().find("lpk0") != std::string_view::npos);
  }
  CHECK(kernel.query(at).value() == before);
  CHECK(attach_at(kernel, at, next, numbered({}, 201)).id.tc_priority == 201);
}
