// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// Another mechanism is asked for where the one that runs is out of reach, or somebody changed it.

using namespace engine_test;
using linchpin::attachment_state;

namespace {

linchpin::desired_component at_xdp(linchpin::any_hook hook,
                                   std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_xdp", std::move(hook));
  return made;
}

linchpin::any_hook generic(const char* interface) {
  return linchpin::hook::xdp{interface}.generic();
}
linchpin::any_hook native(const char* interface) {
  return linchpin::hook::xdp{interface}.native();
}

struct generic_at_eth1 : scene {
  generic_at_eth1() {
    add_netns(blue);
    fake_kernel kernel{*this};
    auto edge = open(kernel);
    must(edge.apply({at_xdp(generic("eth1")), guide()}));
  }
};

}  // namespace

TEST_CASE(
    "a device that went to another namespace keeps its program whatever mechanism is asked for",
    "[engine][identity][target]") {
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  const auto object = upgrades ? bpf_objects::guard_v2() : bpf_objects::guard();
  generic_at_eth1 host;
  const auto before = host.links().size();
  host.move_interface_to_netns("eth1", blue);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const std::vector desired{at_xdp(native("eth1"), object), guide()};
  const auto report = must(edge.apply(desired));
  CHECK(report.attached == 0);
  CHECK(report.detached == 0);
  CHECK(report.updated == (upgrades ? 1 : 0));
  CHECK(host.links().size() == before);
  CHECK(std::any_of(report.left_alone.begin(), report.left_alone.end(), [](const auto& line) {
    return line.find("in another network namespace") != std::string::npos;
  }));
  const auto gate = status_of(edge, "gate");
  REQUIRE(gate.attachments.size() == 1);
  CHECK(gate.attachments.front().state == attachment_state::elsewhere);
  CHECK(must(edge.plan(desired)).empty());
}

TEST_CASE("a service started in another namespace leaves the other mechanism of the old one alone",
          "[engine][identity][target]") {
  generic_at_eth1 host;
  const auto before = host.links();
  fake_kernel next{host, blue};
  auto edge = open(next);
  must(edge.apply({at_xdp(native("eth1"))}));
  CHECK(host.links() == before);
  CHECK(host.run(host.xdp("eth1")).size() == 1);
}

TEST_CASE("somebody's program in our link does not keep another mechanism from being chosen",
          "[engine][drift]") {
  generic_at_eth1 host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto link = status_of(edge, "gate").attachments.front().id.link;
  static_cast<void>(must(host.replace_program(link, "intruder")));
  const std::vector desired{at_xdp(native("eth1")), guide(bpf_objects::guide_v2())};
  must(edge.apply(desired));
  CHECK(status_of(edge, "gate").attachments.front().how == linchpin::hook::xdp_native);
  check_settled(edge, desired);
}

TEST_CASE("somebody's program in our link at a device elsewhere is taken back by the next change",
          "[engine][drift][target]") {
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  const auto object = upgrades ? bpf_objects::guard_v2() : bpf_objects::guard();
  generic_at_eth1 host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto ours = status_of(edge, "gate").attachments.front();
  host.move_interface_to_netns("eth1", blue);
  const auto theirs = must(host.replace_program(ours.id.link, "intruder"));
  REQUIRE(status_of(edge, "gate").attachments.front().running == theirs);
  const std::vector desired{at_xdp(generic("eth1"), object), guide(bpf_objects::guide_v2())};
  must(edge.apply(desired));
  const auto now = status_of(edge, "gate").attachments.front();
  CHECK(now.state == attachment_state::elsewhere);
  CHECK(now.id == ours.id);
  CHECK(now.running != theirs);
  CHECK((now.running == ours.running) == !upgrades);
  CHECK(must(edge.plan(desired)).empty());
}

namespace {

constexpr linchpin::mechanism only_tcx[] = {linchpin::hook::tcx_link};
constexpr linchpin::mechanism only_clsact[] = {linchpin::hook::clsact_filter};

linchpin::desired_component by(const char* name, int priority, bool tcx) {
  const linchpin::any_hook hook = linchpin::hook::tcx_ingress{"eth0"};
  const std::span<const linchpin::mechanism> how =
      tcx ? std::span{only_tcx} : std::span{only_clsact};
  linchpin::desired_component made{name, elf(bpf_objects::guard())};
  made.attach("guard_in", {hook.family(), "eth0", how}).priority(priority);
  return made;
}

}  // namespace

TEST_CASE("one of several at a hook goes to another mechanism, and the others stay in order",
          "[engine][order]") {
  const bool to_tcx = GENERATE(false, true);
  const int moves = GENERATE(1, 2, 3);
  const bool comes = GENERATE(false, true);
  CAPTURE(to_tcx, moves, comes);
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  std::vector<linchpin::desired_component> before;
  std::vector<linchpin::desired_component> after;
  for (int i = 1; i <= 3; ++i) {
    const auto name = "c" + std::to_string(i);
    before.push_back(by(name.c_str(), i, !to_tcx));
    after.push_back(by(name.c_str(), i, moves == i ? to_tcx : !to_tcx));
  }
  if (comes) after.push_back(by("added", 0, !to_tcx));
  must(edge.apply(before));
  must(edge.apply(after));
  const auto at = [&](bool tcx) {
    return host.names(edge,
                      host.point(tcx ? linchpin::hook::tcx_link : linchpin::hook::clsact_filter,
                                 attach_type::tcx_ingress, "eth0"));
  };
  names stay;
  if (comes) stay.emplace_back("added");
  for (int i = 1; i <= 3; ++i) {
    if (i != moves) stay.push_back("c" + std::to_string(i));
  }
  CHECK(at(to_tcx) == names{"c" + std::to_string(moves)});
  CHECK(at(!to_tcx) == stay);
  check_settled(edge, after);
}
