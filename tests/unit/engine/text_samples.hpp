// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/plan_form.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/policy/policy_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Values of which every member says something, for the tests of their texts.
namespace text_test {

struct some_prefix {
  std::uint8_t bytes[3];
  char length;
};
inline constexpr std::array<std::byte, 3> some_bytes{std::byte{1}, std::byte{2}, std::byte{3}};
inline constexpr std::array<std::byte, 2> other_bytes{std::byte{1}, std::byte{2}};

/// Not by tcx links, though the kernel may have them.
inline linchpin::any_hook by_clsact(const linchpin::any_hook& hook) {
  static constexpr linchpin::mechanism clsact[] = {linchpin::hook::clsact_filter};
  return hook.by(clsact);
}
inline linchpin::any_hook clsact_first(const linchpin::any_hook& hook) {
  static constexpr linchpin::mechanism turned[] = {linchpin::hook::clsact_filter,
                                                   linchpin::hook::tcx_link};
  return hook.by(turned);
}

inline std::vector<linchpin::object_source> sample_sources() {
  using linchpin::object_source;
  return {object_source::memory("balancer", other_bytes),
          object_source::memory("balancer", some_bytes), object_source::file("balancer")};
}

inline linchpin::desired_state sample_desired() {
  using namespace linchpin;
  desired_component firewall{"firewall", object_source::file("/usr/lib/edge/firewall.bpf.o")};
  firewall.attach("fw_ingress", hook::tcx_ingress{"eth0"}).priority(10);
  firewall.attach("fw_egress", by_clsact(hook::tcx_egress{"eth0"}));
  firewall.attach("fw_ingress", clsact_first(hook::tcx_ingress{"eth1"})).priority(-7);
  firewall.attach("fw_xdp", hook::xdp{"eth1"}.generic());
  firewall.attach("fw_ingress", by_clsact(hook::tcx_ingress{"eth0", "/run/netns/blue"}))
      .priority(5);
  firewall.attach("fw_connect", hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  firewall.map("blocked").max_entries(4096).carry(carry::copy{});
  firewall.map("flows").carry(carry::discard{});
  firewall.map(".rodata.ports").max_entries(1);
  firewall.map("seen").entry({4, 16});
  firewall.map("ports")
      .carry(carry::discard{})
      .fill(map_entries{
          2, 1, {std::byte{80}, {}, std::byte{0xbb}, std::byte{1}}, {std::byte{1}, {}}});
  firewall.map("none").fill(map_entries{4, 8, {}, {}});
  firewall.global("sample_every", 100u);
  firewall.global("shift", std::int16_t{-3});
  firewall.global("in.count", std::uint64_t{0xffffffffffffffff});
  firewall.global("verbose", true);
  firewall.global("ratio", 0.5);
  firewall.global("prefix", some_prefix{{10, 0, 'a'}, '"'});
  firewall.global("ports", std::array<std::uint16_t, 2>{80, 443});
  firewall.global("shares", std::array<float, 1>{0.5F});
  firewall.global("raw", std::span{some_bytes});
  desired_component balancer{"balancer", object_source::memory("balancer", some_bytes)};
  balancer.attach("select", hook::sk_lookup{});
  balancer.attach("select", hook::sk_lookup{"/run/netns/blue \"1\\\n\x7f\xc3\xa4"});
  desired_component idle{"an odd name", object_source::file("")};
  return {ids_of<default_policies>(), {firewall, balancer, idle}};
}

inline linchpin::plan_form sample_plan() {
  using namespace linchpin;
  plan_form made;
  made.policies = {"order/1", "sizing/1", "update/1", "", "lifetime of mine/1", "", "", "drift/1"};
  made.decided_on = 0xfedcba9876543210;
  auto& guard = made.components.emplace_back();
  guard.name = "guard";
  guard.lifetime = lifetime_kind::ephemeral;
  guard.from = {2};
  guard.to = {3};
  guard.twin = {4};
  guard.object = {"guard.bpf.o", 0x0123456789abcdef};
  guard.reasons = {"object changed", "map flows: max_entries 1 -> 2"};
  guard.globals = {{"limit", variable_kind::unsigned_number, {std::byte{1}, std::byte{2}}},
                   {"prefix", variable_kind::composite, {std::byte{10}, std::byte{0}}},
                   {"shift", variable_kind::signed_number, {std::byte{0xfe}}}};
  planned_map flows;
  flows.spec = {"flows", uapi::map_type::lru_hash, 4, 8, 1024, 1, true, {}};
  flows.spec.layout = {{"key", "unsigned int", 0, 32}, {"value.packets", "__u64", 32, 64}};
  flows.carry = carry_method::copy;
  flows.reason = "asked for";
  flows.size_asked = true;
  flows.running = {12};
  flows.copied_once = true;
  flows.variables = {{"in.seen", "", 8, 16, 8}, {"table", ".data.table", 0, 24, 32, true}};
  flows.left_behind = {"lock: a struct bpf_spin_lock belongs to one generation"};
  flows.filled_with = 3;
  planned_map plain;
  plain.filled_by_function = true;
  plain.spec.name = ".rodata";
  plain.spec.type = uapi::map_type{77};
  guard.maps = {flows, plain};
  guard.left_behind = {"map gone: the next object has none of that name"};
  guard.programs = {{"guard_in",
                     uapi::program_type::sched_cls,
                     uapi::attach_type::tcx_ingress,
                     program_id{57},
                     {1, 2, 3, 4, 5, 6, 7, 8}},
                    {"guard_tail", uapi::program_type{99}, uapi::attach_type{98}, {}, {}}};
  planned_attachment at{"guard_in", hook::tcx_ingress{"eth0"}};
  at.priority = -3;
  at.identity = {hook::interface_target, 7, {4026531840}};
  at.how = hook::tcx_link;
  at.else_by = {hook::clsact_filter};
  at.what = change::attach_then_detach;
  at.why = cause::makes_room;
  at.overlap_us = 250;
  at.running = 0;
  at.intruder = {91};
  at.renumbered = true;
  at.out_of_sight = true;
  at.left_to_others = true;
  at.place = {2, 3};
  guard.attachments = {
      {at, 0}, {planned_attachment{"guard_out", hook::tcx_egress{"", "/run/netns/blue"}}, {}}};
  guard.ends = {{1, cause::target_gone, "guard_xdp", "xdp eth0"}};
  guard.left_alone = {2, 5};
  guard.why_left_alone = {"its target is elsewhere"};
  guard.held_back = {"its last change is not finished"};
  guard.prepares = true;
  made.components.emplace_back().name = "guide";
  made.removed = {"old"};
  made.notes = {"another policy set than last time"};
  auto& place = made.places.emplace_back();
  place.left = {"guide", 3, {}};
  place.right = {"", 0, {program_id{41}, link_id{42}, 43, 44, "theirs", true}};
  place.expected = {9};
  place.tc_priority = 77;
  made.places.emplace_back();
  made.chains = {{"tcx_ingress",
                  {hook::interface_target, 7, {4026531840}},
                  hook::tcx_link,
                  {{"guard", "guard_in", {}}, {"", "the irs", {41}}, {}},
                  {{"guide", "guide_in", {5}}}}};
  made.steps = {{step_kind::load_generation, "guard", {}, {}, {}, 3},
                {step_kind::copy_map, "guard", 0, {}, {}, 3},
                {step_kind::fill_map, "guard", 1, {}, {}, 3},
                {step_kind::prepare_generation, "guard", {}, {}, {}, 3},
                {step_kind::take_out, "guard", 0, {}, 1, 91},
                {step_kind::attach_program, "guard", {}, 3, 0, 4},
                {step_kind::swap_program, "guard", 0, 0, {}, 91},
                {step_kind::let_both_run, "", {}, {}, {}, 250},
                {step_kind::verify_chain, "guard", {}, 0, {}, 0},
                {step_kind::remove_component, "old", {}, {}, {}, 0},
                {step_kind::write_index, "", {}, {}, {}, 0}};
  return made;
}

}  // namespace text_test
