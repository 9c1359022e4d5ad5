// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "ground.hpp"

using namespace linchpin;

TEST_CASE("an ordered attach with an old revision is a conflict and changes nothing",
          "[kernel][link]") {
  auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  std::vector<std::pair<attach_point, handle (*)(live_kernel&, const char*)>> places;
  if (kernel.facts().of(hook::tcx_link).available.is_yes()) {
    places.emplace_back(live::tcx_at(kernel, "lpk0"), live::tc_program);
  }
  if (kernel.facts().of(hook::cgroup_link).ordered.is_yes()) {
    places.emplace_back(live::egress_at(kernel, live::make_cgroup(box, "rev")), live::skb_program);
  }
  if (places.empty()) live::need(kernel.facts().of(hook::tcx_link).available);
  for (const auto& [at, make] : places) {
    const auto one = make(kernel, "lpk_one");
    const auto two = make(kernel, "lpk_two");
    const auto before = kernel.query(at).value().revision;
    const auto held = kernel.attach(at, one.ref(), {}).value();
    auto where = live::at_end(anchor_kind::last);
    where.expected = before;
    const auto refused = kernel.attach(at, two.ref(), where);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().is(errc::conflict));
    CHECK(kernel.query(at).value().entries.size() == 1);
    auto gone = kernel.query(at).value().entries[0];
    gone.link = {0x7ffffff0};
    const auto no_anchor = kernel.attach(at, two.ref(), live::beside(anchor_kind::before, gone));
    REQUIRE_FALSE(no_anchor);
    CHECK(no_anchor.error().is(errc::conflict));
  }
}

TEST_CASE("a program of another type is refused and the hook keeps what it has", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  const auto at = live::egress_at(kernel, live::make_cgroup(box, "type"));
  const auto right = live::skb_program(kernel, "lpk_right");
  const auto wrong = live::xdp_program(kernel, "lpk_wrong");
  const auto refused = kernel.attach(at, wrong.ref(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::wrong_type));
  const auto held = kernel.attach(at, right.ref(), {}).value();
  update_request request;
  request.at = at;
  request.id = held.id;
  request.link = held.link.ref();
  request.program = wrong.ref();
  request.expected = right.ref();
  const auto swapped = kernel.update(request);
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().is(errc::wrong_type));
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{live::id_of(kernel, right)});
}

TEST_CASE("links outlive their target as zombies", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  auto veth = live::make_veth();
  const auto cgroup = live::make_cgroup(box, "gone");
  std::vector<std::pair<attach_point, attachment>> held;
  const auto skb = live::skb_program(kernel, "lpk_zombie");
  const auto xdp = live::xdp_program(kernel, "lpk_zombie");
  const auto tc = live::tc_program(kernel, "lpk_zombie");
  const auto at_cgroup = live::egress_at(kernel, cgroup);
  const auto at_xdp = live::xdp_at(kernel, "lpk0");
  held.emplace_back(at_cgroup, kernel.attach(at_cgroup, skb.ref(), {}).value());
  held.emplace_back(at_xdp, kernel.attach(at_xdp, xdp.ref(), {}).value());
  if (kernel.facts().of(hook::tcx_link).available.is_yes()) {
    const auto at_tcx = live::tcx_at(kernel, "lpk0");
    held.emplace_back(at_tcx, kernel.attach(at_tcx, tc.ref(), {}).value());
  }
  REQUIRE(box.remove_cgroup(cgroup));
  REQUIRE(veth.remove());
  for (const auto& [at, zombie] : held) {
    const auto info = kernel.describe_link(zombie.link.ref());
    REQUIRE(info);
    CHECK(info->target_gone());
    CHECK(kernel.detach(at, zombie.id, zombie.link.ref(), info->program));
    const auto chain = kernel.query(at);
    REQUIRE_FALSE(chain);
    CHECK(chain.error().is(errc::not_found));
    const auto again = kernel.attach(at, skb.ref(), {});
    REQUIRE_FALSE(again);
    CHECK((again.error().is(errc::not_found) || at.how != hook::cgroup_link));
  }
}

TEST_CASE("a name that has come to mean another thing is a conflict", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  const auto cgroup = live::make_cgroup(box, "again");
  const auto at = live::egress_at(kernel, cgroup);
  REQUIRE(box.remove_cgroup(cgroup));
  live::make_cgroup(box, "again");
  const auto program = live::skb_program(kernel, "lpk_again");
  const auto attached = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(attached);
  CHECK(attached.error().is(errc::conflict));
  const auto queried = kernel.query(at);
  REQUIRE_FALSE(queried);
  CHECK(queried.error().is(errc::conflict));

  auto elsewhere = live::point(kernel, hook::xdp_generic, uapi::attach_type::xdp,
                               {hook::interface_target, "lo"});
  elsewhere.identity.netns.value += 1;
  const auto xdp = live::xdp_program(kernel, "lpk_elsewhere");
  const auto other = kernel.attach(elsewhere, xdp.ref(), {});
  REQUIRE_FALSE(other);
  CHECK(other.error().is(errc::conflict));
}
