// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../kernel/ground.hpp"

#include <linchpin/hook/tcx/tc_messages.hpp>

#include <linchpin/testing/udp.hpp>

#include <atomic>
#include <thread>

#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

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

// What `tc qdisc add|del dev INTERFACE ingress|clsact` does. The kind is not looked at for removal.
// returns: 0 or errno
int qdisc(std::uint16_t request, std::uint32_t interface, const char* kind) {
  auto socket = linchpin::detail::route_socket::open("test", kind).value();
  tcmsg fixed{};
  fixed.tcm_family = AF_UNSPEC;
  fixed.tcm_ifindex = static_cast<int>(interface);
  fixed.tcm_parent = TC_H_INGRESS;
  fixed.tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0);
  const bool add = request == RTM_NEWQDISC;
  linchpin::detail::route_message message{
      request, static_cast<std::uint16_t>(add ? NLM_F_CREATE | NLM_F_EXCL : 0), fixed};
  if (add) message.add_text(TCA_KIND, kind);
  std::vector<linchpin::detail::route_reply> replies;
  return socket.ask(message, replies).cause;
}

void add_qdisc(std::uint32_t interface, const char* kind) {
  const int cause = qdisc(RTM_NEWQDISC, interface, kind);
  if (cause == ENOENT) SKIP("no qdisc " << kind << ": sch_ingress is not there");
  if (cause != 0) FAIL("qdisc " << kind << ": " << std::strerror(cause));
}

std::string qdisc_of(std::uint32_t interface) {
  auto socket = linchpin::detail::route_socket::open("test", "qdisc").value();
  std::string kind;
  REQUIRE(linchpin::detail::find_qdisc(socket, {interface, 0}, kind).cause == 0);
  return kind;
}

std::vector<linchpin::detail::tc_filter> ingress_filters(std::uint32_t interface) {
  auto socket = linchpin::detail::route_socket::open("test", "filters").value();
  std::vector<linchpin::detail::tc_filter> filters;
  const auto place = linchpin::detail::place_of(interface, uapi::attach_type::tcx_ingress);
  static_cast<void>(linchpin::detail::list_filters(socket, place, filters));
  return filters;
}

handle dropping_program(live_kernel& kernel) {
  return live::program(kernel, BPF_PROG_TYPE_SCHED_CLS, uapi::attach_type{}, TC_ACT_SHOT,
                       "lpk_drop");
}

// An interface with a neighbour in another netns, and a socket at each end.
struct wire {
  testing::netns far = testing::netns::make().value();
  testing::veth_pair veth =
      footing::join({"lpk0", {"10.9.0.1/24"}}, {"lpk1", {"10.9.0.2/24"}, &far});
  testing::udp_socket near_end = testing::udp_socket::bind("10.9.0.1", 0).value();
  testing::udp_socket far_end = testing::udp_socket::bind("10.9.0.2", 0, &far).value();

  // Finds the neighbours' addresses, before a filter drops the answer to the question for them. An
  // interface that has just come up loses packets until the kernel has given it a queue.
  wire() {
    bool both_ways = false;
    for (int attempt = 0; attempt < 25 && !both_ways; ++attempt) {
      both_ways = incoming(1) == 1 && outgoing(1) == 1;
    }
    REQUIRE(both_ways);
    static_cast<void>(near_end.count_arrivals(1000).value());
    static_cast<void>(far_end.count_arrivals(1000).value());
  }

  std::uint64_t incoming(std::uint64_t count) {
    far_end.send_numbered("10.9.0.1", near_end.port().value(), 0, count).value();
    return near_end.count_arrivals(count).value();
  }
  std::uint64_t outgoing(std::uint64_t count) {
    // The program drops what is sent, and the sender is told.
    static_cast<void>(near_end.send_numbered("10.9.0.2", far_end.port().value(), 0, count));
    return far_end.count_arrivals(count).value();
  }
};

}  // namespace

TEST_CASE("an ingress qdisc is not taken for clsact: its packets never meet an egress program",
          "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  wire between;
  const auto interface = between.veth.near_index().value;
  live_kernel kernel;
  auto at = live::clsact_at(kernel, "lpk0");
  at.type = uapi::attach_type::tcx_egress;
  const auto drop = dropping_program(kernel);
  add_qdisc(interface, "ingress");
  REQUIRE(qdisc_of(interface) == "ingress");

  const auto refused = kernel.attach(at, drop.ref(), {});
  REQUIRE_FALSE(refused);
  CAPTURE(refused.error().message());
  CHECK(refused.error().is(errc::busy));
  CHECK(refused.error().subject().find("lpk0") != std::string_view::npos);
  CHECK(refused.error().found().find("ingress qdisc") != std::string_view::npos);
  CHECK(refused.error().advice().find("clsact") != std::string_view::npos);
  CHECK(ingress_filters(interface).empty());
  CHECK(qdisc_of(interface) == "ingress");
  CHECK(between.incoming(10) == 10);
  CHECK(between.outgoing(10) == 10);
}

TEST_CASE("somebody's ingress qdisc takes our ingress filter and stays when that goes",
          "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  wire between;
  const auto interface = between.veth.near_index().value;
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  auto outward = at;
  outward.type = uapi::attach_type::tcx_egress;
  add_qdisc(interface, "ingress");
  const auto drop = dropping_program(kernel);
  const auto id = live::id_of(kernel, drop);
  const auto held = attach(kernel, at, drop);
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{id});
  CHECK(between.incoming(10) == 0);
  CHECK(between.outgoing(10) == 10);

  // The filters that arrive are not those that leave, though the qdisc lists them as both.
  CHECK(kernel.query(outward).value().entries.empty());
  const auto next = live::tc_program(kernel, "lpk_next");
  const auto swapped = kernel.update(swap(outward, held, next, drop));
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().is(errc::conflict));
  CHECK(kernel.detach(outward, held.id, {}, id));
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{id});

  CHECK(kernel.detach(at, held.id, {}, id));
  CHECK(qdisc_of(interface) == "ingress");
  CHECK(between.incoming(10) == 10);
}

TEST_CASE("an egress filter beside a clsact qdisc of somebody else runs on what leaves",
          "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  wire between;
  const auto interface = between.veth.near_index().value;
  live_kernel kernel;
  auto at = live::clsact_at(kernel, "lpk0");
  at.type = uapi::attach_type::tcx_egress;
  add_qdisc(interface, "clsact");
  const auto drop = dropping_program(kernel);
  const auto held = attach(kernel, at, drop);
  CHECK(between.incoming(10) == 10);
  CHECK(between.outgoing(10) == 0);
  CHECK(kernel.detach(at, held.id, {}, live::id_of(kernel, drop)));
  CHECK(qdisc_of(interface) == "clsact");
}

TEST_CASE("a qdisc that is exchanged during an egress attach leaves no filter on what arrives",
          "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  const auto interface = veth.near_index().value;
  live_kernel kernel;
  auto at = live::clsact_at(kernel, "lpk0");
  at.type = uapi::attach_type::tcx_egress;
  const auto program = live::tc_program(kernel, "lpk_race");
  for (int round = 0; round < 1000; ++round) {
    add_qdisc(interface, "clsact");
    std::atomic<bool> go{false};
    std::thread other{[&] {
      while (!go.load()) {
      }
      qdisc(RTM_DELQDISC, interface, "");
      qdisc(RTM_NEWQDISC, interface, "ingress");  // refused where the attach has been faster
    }};
    go = true;
    const auto attached = kernel.attach(at, program.ref(), {});
    other.join();
    CAPTURE(round, qdisc_of(interface));
    CHECK(ingress_filters(interface).empty());
    if (!attached) {
      CAPTURE(attached.error().message());
      CHECK((attached.error().is(errc::busy) || attached.error().is(errc::conflict)));
    }
    REQUIRE(qdisc(RTM_DELQDISC, interface, "") == 0);
  }
}

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
  REQUIRE(linchpin::detail::replace_filter(socket, place, held.id.tc_priority, held.id.tc_handle,
                                           theirs.ref().number,
                                           kernel.describe_program(theirs.ref()).value())
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

TEST_CASE("a filter that somebody removed does not come back with an update", "[kernel][clsact]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto ours = live::tc_program(kernel, "lpk_ours");
  const auto next = live::tc_program(kernel, "lpk_next");
  const auto held = attach(kernel, at, ours);
  auto socket = linchpin::detail::route_socket::open("test", "lpk0").value();
  const auto place = linchpin::detail::place_of(veth.near_index().value, at.type);
  REQUIRE(linchpin::detail::remove_filter(place, held.id.tc_priority, held.id.tc_handle).cause ==
          0);
  // Between the look and the replacing, as far as the driver can tell.
  const auto about = kernel.describe_program(next.ref()).value();
  CHECK(linchpin::detail::replace_filter(socket, place, held.id.tc_priority, held.id.tc_handle,
                                         next.ref().number, about)
            .cause == ENOENT);
  const auto swapped = kernel.update(swap(at, held, next, ours));
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().is(errc::conflict));
  CHECK(ingress_filters(veth.near_index().value).empty());
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
  const auto place = linchpin::detail::place_of(veth.near_index().value, at.type);
  REQUIRE(linchpin::detail::add_filter(place, static_cast<std::uint16_t>(held.id.tc_priority + 1),
                                       5, high.ref().number)
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
  CHECK(swapped.error().is(errc::detached));
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
