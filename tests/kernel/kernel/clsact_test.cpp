// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include "kernel/drivers/tc_messages.hpp"

#include <linux/netlink.h>

using namespace linchpin;

namespace {

update_request swap(const attach_point& at, const attachment& held, const handle& to,
                    const handle& from) {
  update_request request;
  request.at = at;
  request.id = held.id;
  request.program = to.ref();
  request.expected = from.ref();
  return request;
}

attachment attach(live_kernel& kernel, const attach_point& at, const handle& program,
                  const anchor& where = {}) {
  auto held = kernel.attach(at, program.ref(), where);
  if (!held && held.error().is(errc::unsupported)) SKIP("no clsact: " + held.error().message());
  INFO((held ? "" : held.error().message()));
  REQUIRE(held);
  return *std::move(held);
}

}  // namespace

TEST_CASE("a clsact filter attaches, swaps and detaches, in both directions", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  auto at = live::clsact_at(kernel, "lpk0");
  CHECK(kernel.query(at).value().entries.empty());
  for (const auto direction : {uapi::attach_type::tcx_ingress, uapi::attach_type::tcx_egress}) {
    at.type = direction;
    const auto one = live::tc_program(kernel, "lpk_one");
    const auto two = live::tc_program(kernel, "lpk_two");
    const auto id_one = live::id_of(kernel, one);
    const auto id_two = live::id_of(kernel, two);
    const auto held = attach(kernel, at, one);
    CHECK_FALSE(held.link);
    CHECK(held.id.tc_priority != 0);
    auto chain = kernel.query(at).value();
    REQUIRE(live::programs_of(chain) == std::vector{id_one});
    CHECK(chain.entries[0].tc_priority == held.id.tc_priority);
    CHECK(chain.entries[0].tc_handle == held.id.tc_handle);

    REQUIRE(kernel.update(swap(at, held, two, one)));
    chain = kernel.query(at).value();
    REQUIRE(live::programs_of(chain) == std::vector{id_two});
    CHECK(chain.entries[0].tc_priority == held.id.tc_priority);

    const auto clash = kernel.update(swap(at, held, one, one));
    REQUIRE_FALSE(clash);
    CHECK(clash.error().is(errc::conflict));
    CHECK(live::programs_of(kernel.query(at).value()) == std::vector{id_two});

    const auto foreign = kernel.detach(at, held.id, {}, id_one);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().is(errc::conflict));
    REQUIRE(kernel.detach(at, held.id, {}, id_two));
    CHECK(kernel.query(at).value().entries.empty());
    CHECK(kernel.detach(at, held.id, {}, id_two));
    const auto late = kernel.update(swap(at, held, one, two));
    REQUIRE_FALSE(late);
    CHECK(late.error().is(errc::conflict));
  }
}

TEST_CASE("clsact filters stand where their anchors say", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  std::vector<handle> programs;
  std::vector<program_id> ids;
  for (const auto* name : {"lpk_a", "lpk_b", "lpk_c", "lpk_d", "lpk_e"}) {
    programs.push_back(live::tc_program(kernel, name));
    ids.push_back(live::id_of(kernel, programs.back()));
  }
  attach(kernel, at, programs[1]);
  attach(kernel, at, programs[4], live::at_end(anchor_kind::last));
  attach(kernel, at, programs[0], live::at_end(anchor_kind::first));
  auto now = kernel.query(at).value();
  REQUIRE(live::programs_of(now) == std::vector{ids[0], ids[1], ids[4]});
  attach(kernel, at, programs[2], live::beside(anchor_kind::after, now.entries[1]));
  attach(kernel, at, programs[3], live::beside(anchor_kind::before, now.entries[2]));
  CHECK(live::programs_of(kernel.query(at).value()) == ids);

  auto gone = now.entries[0];
  gone.tc_handle = 77;
  const auto refused = kernel.attach(at, programs[0].ref(), live::beside(anchor_kind::after, gone));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(refused.error().subject().find("lpk0") != std::string_view::npos);
}

TEST_CASE("a filter that somebody else puts in our place is neither replaced nor removed",
          "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto ours = live::tc_program(kernel, "lpk_ours");
  const auto next = live::tc_program(kernel, "lpk_next");
  const auto theirs = live::tc_program(kernel, "lpk_theirs");
  const auto held = attach(kernel, at, ours);
  auto socket = linchpin::detail::route_socket::open("test", "lpk0").value();
  const auto place = linchpin::detail::place_of(veth.near_index().value, at.type);
  REQUIRE(linchpin::detail::put_filter(socket, place, held.id.tc_priority, held.id.tc_handle,
                                       theirs.ref().number, "theirs", NLM_F_REPLACE)
              .cause == 0);
  const auto id_theirs = live::id_of(kernel, theirs);
  const auto swapped = kernel.update(swap(at, held, next, ours));
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().is(errc::conflict));
  CHECK(swapped.error().found().find("theirs") != std::string_view::npos);
  const auto detached = kernel.detach(at, held.id, {}, live::id_of(kernel, ours));
  REQUIRE_FALSE(detached);
  CHECK(detached.error().is(errc::conflict));
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{id_theirs});
}

TEST_CASE("a place between two neighbouring priorities is full", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto low = live::tc_program(kernel, "lpk_low");
  const auto high = live::tc_program(kernel, "lpk_high");
  const auto between = live::tc_program(kernel, "lpk_between");
  const auto held = attach(kernel, at, low);
  auto socket = linchpin::detail::route_socket::open("test", "lpk0").value();
  const auto place = linchpin::detail::place_of(veth.near_index().value, at.type);
  REQUIRE(linchpin::detail::put_filter(socket, place,
                                       static_cast<std::uint16_t>(held.id.tc_priority + 1), 5,
                                       high.ref().number, "high", NLM_F_CREATE | NLM_F_EXCL)
              .cause == 0);
  const auto now = kernel.query(at).value();
  REQUIRE(now.entries.size() == 2);
  CHECK(now.entries[1].tc_handle == 5);
  const auto refused =
      kernel.attach(at, between.ref(), live::beside(anchor_kind::after, now.entries[0]));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::full));
  CHECK(kernel.query(at).value() == now);
}

TEST_CASE("filters go with their interface", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto one = live::tc_program(kernel, "lpk_one");
  const auto two = live::tc_program(kernel, "lpk_two");
  const auto held = attach(kernel, at, one);
  REQUIRE(veth.remove());
  const auto swapped = kernel.update(swap(at, held, two, one));
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().is(errc::target_gone));
  CHECK(kernel.detach(at, held.id, {}, live::id_of(kernel, one)));
  const auto chain = kernel.query(at);
  REQUIRE_FALSE(chain);
  CHECK(chain.error().is(errc::not_found));
  const auto again = kernel.attach(at, one.ref(), {});
  REQUIRE_FALSE(again);
  CHECK(again.error().is(errc::not_found));
}

TEST_CASE("a program of another type is no filter", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto wrong = live::xdp_program(kernel, "lpk_wrong");
  const auto refused = kernel.attach(at, wrong.ref(), {});
  REQUIRE_FALSE(refused);
  if (refused.error().is(errc::unsupported)) SKIP("no clsact: " + refused.error().message());
  CHECK(refused.error().is(errc::wrong_type));
}
