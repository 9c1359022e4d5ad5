// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "ground.hpp"

using namespace linchpin;

namespace {

// One hook with links, and how to make a program for it.
struct place {
  attach_point at;
  handle (*make)(live_kernel&, const char*);
};

update_request swap(const place& in, const attachment& held, const handle& to, const handle& from) {
  update_request request;
  request.at = in.at;
  request.id = held.id;
  request.link = held.link.ref();
  request.program = to.ref();
  request.expected = from.ref();
  return request;
}

// Attach, update with the right and the wrong old program, detach twice.
void walk_through(live_kernel& kernel, const place& in) {
  CAPTURE(in.at.on.name);
  const auto one = in.make(kernel, "lpk_one");
  const auto two = in.make(kernel, "lpk_two");
  const auto three = in.make(kernel, "lpk_three");
  const auto id_one = live::id_of(kernel, one);
  const auto id_two = live::id_of(kernel, two);

  auto attached = kernel.attach(in.at, one.ref(), {});
  INFO((attached ? "" : attached.error().message()));
  REQUIRE(attached);
  const auto held = *std::move(attached);
  auto info = kernel.describe_link(held.link.ref()).value();
  CHECK(info.id == held.id.link);
  CHECK(info.program == id_one);
  CHECK(info.target == in.at.identity.id);
  CHECK(live::programs_of(kernel.query(in.at).value()) == std::vector{id_one});

  REQUIRE(kernel.update(swap(in, held, two, one)));
  CHECK(live::programs_of(kernel.query(in.at).value()) == std::vector{id_two});

  const auto clash = kernel.update(swap(in, held, three, one));
  REQUIRE_FALSE(clash);
  CHECK(clash.error().is(errc::conflict));
  CHECK(clash.error().retryable());
  CHECK(clash.error().expected().find("lpk_one") != std::string_view::npos);
  CHECK(clash.error().found().find(std::to_string(id_two.value)) != std::string_view::npos);
  CHECK(live::programs_of(kernel.query(in.at).value()) == std::vector{id_two});

  auto by_id = swap(in, held, one, two);
  by_id.expected = {};
  by_id.expected_id = id_two;
  REQUIRE(kernel.update(by_id));

  const auto foreign = kernel.detach(in.at, held.id, held.link.ref(), id_two);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().is(errc::conflict));
  REQUIRE(kernel.detach(in.at, held.id, held.link.ref(), id_one));
  CHECK(kernel.query(in.at).value().entries.empty());
  CHECK(kernel.describe_link(held.link.ref()).value().target_gone());
  CHECK(kernel.detach(in.at, held.id, held.link.ref(), id_one));

  const auto late = kernel.update(swap(in, held, two, one));
  REQUIRE_FALSE(late);
  CHECK(late.error().is(errc::detached));
}

}  // namespace

TEST_CASE("an XDP link attaches, swaps and detaches, in both modes", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  auto at = live::xdp_at(kernel, "lpk0");
  walk_through(kernel, {at, live::xdp_program});
  at.how = hook::xdp_generic;
  walk_through(kernel, {at, live::xdp_program});
}

TEST_CASE("a tcx link attaches, swaps and detaches, in both directions", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  auto at = live::tcx_at(kernel, "lpk0");
  walk_through(kernel, {at, live::tc_program});
  at.type = uapi::attach_type::tcx_egress;
  walk_through(kernel, {at, live::tc_program});
}

TEST_CASE("a cgroup link attaches, swaps and detaches", "[kernel][link]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::cgroup_link).available);
  walk_through(kernel, {live::egress_at(kernel, live::make_cgroup(box, "web")), live::skb_program});
}

TEST_CASE("netns links attach, swap and detach", "[kernel][link]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::netns_link).available);
  walk_through(kernel,
               {live::own_netns(kernel, uapi::attach_type::sk_lookup), live::lookup_program});
  walk_through(kernel, {live::own_netns(kernel, uapi::attach_type::flow_dissector),
                        live::dissector_program});
}

TEST_CASE("exclusive hooks refuse a second program and say who is there", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto xdp_one = live::xdp_program(kernel, "lpk_holder");
  const auto xdp_two = live::xdp_program(kernel, "lpk_second");
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto held = kernel.attach(at, xdp_one.ref(), {}).value();
  const auto refused = kernel.attach(at, xdp_two.ref(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::busy));
  CHECK(refused.error().found().find("lpk_holder") != std::string_view::npos);
  auto generic = at;
  generic.how = hook::xdp_generic;
  const auto other_mode = kernel.attach(generic, xdp_two.ref(), {});
  REQUIRE_FALSE(other_mode);
  CHECK(other_mode.error().is(errc::busy));

  live::need(kernel.facts().of(hook::netns_link).available);
  const auto dissector = live::own_netns(kernel, uapi::attach_type::flow_dissector);
  const auto one = live::dissector_program(kernel, "lpk_one");
  const auto two = live::dissector_program(kernel, "lpk_two");
  const auto first = kernel.attach(dissector, one.ref(), {}).value();
  const auto second = kernel.attach(dissector, two.ref(), {});
  REQUIRE_FALSE(second);
  CHECK(second.error().is(errc::busy));
}

TEST_CASE("attaching XDP waits for a link that was just let go of", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto program = live::xdp_program(kernel, "lpk_again");
  for (int round = 0; round < 5; ++round) {
    // Pinned and unlinked: the kernel frees such a link later than it lets go of its id.
    auto held = kernel.attach(at, program.ref(), {});
    INFO((held ? "" : held.error().message()));
    REQUIRE(held);
    const auto path = box.bpffs() + "/link";
    REQUIRE(kernel.pin(held->link.ref(), path));
    held->link.reset();
    REQUIRE(kernel.remove_pin(path));
  }
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
