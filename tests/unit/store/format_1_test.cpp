// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include <span>
#include <vector>

#include "format_1_bytes.hpp"
#include "store/format_1.hpp"

using namespace linchpin;

namespace {

std::span<const std::byte> manifest_bytes() {
  return std::as_bytes(std::span{format_1::manifest_1_bytes});
}
std::span<const std::byte> journal_bytes() {
  return std::as_bytes(std::span{format_1::journal_1_bytes});
}

attachment_record_1 in() {
  return {"tcx_ingress",
          "eth0",
          "fw_ingress",
          hook::tcx_link,
          {hook::interface_target, 7, netns_inode{4026531840}},
          {link_id{17}, 0, 0},
          2,
          -10};
}
attachment_record_1 out() {
  return {"tcx_egress",
          "eth1",
          "fw_egress",
          hook::clsact_filter,
          {hook::interface_target, 8, netns_inode{4026531840}},
          {link_id{0}, 3, 9},
          3,
          20};
}
attachment_record_1 connect() {
  return {"cgroup_connect4",
          "/sys/fs/cgroup/web",
          "guide_connect",
          hook::cgroup_link,
          {hook::cgroup_target, 4242, netns_inode{}},
          {link_id{19}, 0, 0},
          0,
          5};
}

manifest_1 written() {
  manifest_1 made;
  made.serial = 41;
  made.policies = {"order.priority/1", "sizing.declared/1"};
  component_record_1 firewall;
  firewall.name = "firewall";
  firewall.generation = {3};
  firewall.digest = 0x0123456789abcdef;
  firewall.next_slot = 5;
  firewall.programs = {{"fw_ingress",
                        uapi::program_type::sched_cls,
                        uapi::attach_type::tcx_ingress,
                        program_id{57},
                        {1, 2, 3, 4, 5, 6, 7, 8}},
                       {"fw_egress",
                        uapi::program_type::sched_cls,
                        uapi::attach_type::tcx_egress,
                        program_id{58},
                        {8, 7, 6, 5, 4, 3, 2, 1}}};
  map_spec blocked{"blocked", uapi::map_type::hash, 4, 8, 1024, 1, false, {}};
  blocked.layout = {{"key", "unsigned int", 0, 32}, {"value.packets", "unsigned long long", 0, 64}};
  firewall.maps = {{blocked, map_id{12}},
                   {{".rodata", uapi::map_type::array, 4, 16, 1, 128, true, {}}, map_id{13}}};
  firewall.attachments = {in(), out()};
  component_record_1 guide;
  guide.name = "guide";
  guide.generation = {1};
  guide.digest = 77;
  guide.next_slot = 1;
  guide.programs = {{"guide_connect",
                     uapi::program_type::cgroup_sock_addr,
                     uapi::attach_type::cgroup_inet4_connect,
                     program_id{60},
                     {1, 1, 2, 2, 3, 3, 4, 4}}};
  guide.attachments = {connect()};
  made.components = {firewall, guide};
  return made;
}

template <class Decode>
void check_damage(std::span<const std::byte> good, Decode decode) {
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::vector<std::byte> damaged(good.begin(), good.end());
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    INFO("bit " << bit);
    REQUIRE(decode(damaged).error().is(errc::bad_format));
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    INFO("length " << length);
    REQUIRE(decode(good.first(length)).error().is(errc::bad_format));
  }
}

}  // namespace

TEST_CASE("a manifest of format 1 reads as the first version wrote it", "[store][format_1]") {
  CHECK(decode_manifest_1(manifest_bytes()).value() == written());
  const auto empty = std::as_bytes(std::span{format_1::manifest_1_empty_bytes});
  CHECK(decode_manifest_1(empty).value() == manifest_1{});
}

TEST_CASE("a journal of format 1 reads as the first version wrote it", "[store][format_1]") {
  const journal_1 expected{
      42, {{"firewall", {3}, {4}, {in()}, {in(), out()}}, {"guide", {1}, {0}, {}, {connect()}}}};
  CHECK(decode_journal_1(journal_bytes()).value() == expected);
}

TEST_CASE("any damage to records of format 1 is noticed", "[store][format_1]") {
  check_damage(manifest_bytes(), decode_manifest_1);
  check_damage(journal_bytes(), decode_journal_1);
}

TEST_CASE("a component of format 1 is carried on with its only generation", "[store][format_1]") {
  const auto old = written().components[0];
  const auto carried = carried_on(old, 41).value();
  CHECK(carried.name == "firewall");
  CHECK(carried.serial == 41);
  CHECK(carried.next_slot == 5);
  REQUIRE(carried.generations.size() == 1);
  REQUIRE(carried.running() == &carried.generations[0]);
  CHECK(carried.running()->number == generation{3});
  CHECK(carried.running()->digest == old.digest);
  CHECK(carried.running()->programs == old.programs);
  CHECK(carried.running()->maps == old.maps);
  REQUIRE(carried.attachments.size() == 2);
  const auto& filter = carried.attachments[1];
  CHECK(filter.family == "tcx_egress");
  CHECK(filter.target == "eth1");
  CHECK(filter.program == "fw_egress");
  CHECK(filter.generation == generation{3});
  CHECK(filter.how == hook::clsact_filter);
  CHECK(filter.type == uapi::attach_type::tcx_egress);
  CHECK(filter.identity == out().identity);
  CHECK(filter.id == out().id);
  CHECK(filter.slot == 3);
  CHECK(filter.priority == 20);
}

TEST_CASE("an attachment of format 1 at an unknown hook is an error that names it",
          "[store][format_1]") {
  auto odd = written().components[0];
  odd.attachments[1].family = "fentry";
  const auto carried = carried_on(odd, 41);
  REQUIRE_FALSE(carried);
  CHECK(carried.error().is(errc::bad_format));
  CHECK(carried.error().found() == "fentry");
}
