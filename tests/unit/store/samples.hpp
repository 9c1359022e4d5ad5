// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>
#include <linchpin/store/records.hpp>

#include <string>

#include "store/journal.hpp"
#include "store/manifest.hpp"
#include "store/record_bytes.hpp"

// Records in which every field has a value of its own.
namespace store_test {

inline linchpin::attachment_record sample_attachment() {
  using namespace linchpin;
  attachment_record made;
  made.family = "tcx_ingress";
  made.target = "eth0";
  made.program = "fw_ingress";
  made.generation = {3};
  made.how = hook::tcx_link;
  made.type = uapi::attach_type::tcx_ingress;
  made.identity = {hook::interface_target, 7, netns_inode{4026531840}};
  made.id = {link_id{17}, 3, 9};
  made.slot = 2;
  made.priority = -10;
  return made;
}

inline linchpin::generation_record sample_generation(std::uint64_t number) {
  using namespace linchpin;
  generation_record made;
  made.number = {number};
  made.digest = 0x0123456789abcdef + number;
  made.programs = {{"fw_ingress",
                    uapi::program_type::sched_cls,
                    uapi::attach_type::tcx_ingress,
                    program_id{57},
                    {1, 2, 3, 4, 5, 6, 7, 8}},
                   {"fw_connect",
                    uapi::program_type::cgroup_sock_addr,
                    uapi::attach_type::cgroup_inet4_connect,
                    program_id{58},
                    {8, 7, 6, 5, 4, 3, 2, 1}}};
  map_spec map{"blocked", uapi::map_type::hash, 4, 8, 1024, 1, false, {}};
  map.layout = {{"key", "unsigned int", 0, 32}, {"value.packets", "unsigned long long", 0, 64}};
  made.maps = {{map, map_id{12}},
               {{".rodata", uapi::map_type::array, 4, 16, 1, 128, true, {}}, map_id{13}}};
  made.layouts = 1;
  return made;
}

/// The same with variables that were set, which takes format 3.
inline linchpin::generation_record sample_generation_with_globals(std::uint64_t number) {
  using linchpin::variable_kind;
  auto made = sample_generation(number);
  made.globals = {
      {"in.limit", variable_kind::signed_number, {std::byte{1}, std::byte{2}}},
      {"prefix", variable_kind::composite, {std::byte{10}, std::byte{0}, std::byte{8}}}};
  made.layouts = 2;
  made.maps.front().filled = 0x1122334455667788U;
  made.prepared = true;
  return made;
}

inline linchpin::component_record sample_record(const std::string& name = "firewall",
                                                std::uint64_t serial = 41) {
  linchpin::component_record made;
  made.name = name;
  made.current = {3};
  made.next_slot = 5;
  made.serial = serial;
  made.generations = {sample_generation(2), sample_generation(3)};
  made.attachments = {sample_attachment(), sample_attachment()};
  made.attachments[1].slot = 4;
  return made;
}

inline linchpin::component_record sample_record_with_globals() {
  auto made = sample_record();
  made.generations.back() = sample_generation_with_globals(3);
  return made;
}

inline linchpin::manifest sample_manifest() {
  return {41, {"order.priority/1", "sizing.declared/1"}, {"firewall", "guide"}};
}

inline linchpin::journal sample_journal() {
  using namespace linchpin;
  journal made;
  made.serial = 42;
  made.phase = journal_phase::committed;
  made.policies = {"order.priority/1"};
  made.changes = {{"firewall",
                   true,
                   true,
                   sample_record("firewall", 42),
                   {sample_record("firewall", 41).generations.front()}},
                  {"guide", true, false, {}, {}}};
  step_record placed{3, 0, 4, 5, 6, {}, {}};
  placed.left = neighbour_record{"guide", 7, {}};
  placed.right = neighbour_record{"", 0, {program_id{8}, link_id{9}, 10, 11, "stranger"}};
  made.steps = {{1, 1, 2, 3, 4, {}, {}}, placed};
  return made;
}

inline linchpin::journal sample_journal_with_globals() {
  auto made = sample_journal();
  made.changes.front().after = sample_record_with_globals();
  return made;
}

}  // namespace store_test
