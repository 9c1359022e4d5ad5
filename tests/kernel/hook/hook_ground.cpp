// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "hook_ground.hpp"

#include "../../support/footing.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include "congestion.bpf.hpp"
#include "every_hook.bpf.hpp"

using namespace linchpin;

namespace {

using footing::must;

}  // namespace

std::string hook_case::text() const {
  return fmt::format("{} as {}", family->name, mechanism_name(how));
}

std::vector<hook_case> hook_cases() {
  std::vector<hook_case> all;
  for (const auto* family : hook_families()) {
    for (const auto how : family->mechanisms) all.push_back({family, how});
  }
  return all;
}

std::vector<hook_case> hook_cases_here() {
  live_kernel here;
  auto all = hook_cases();
  std::erase_if(all, [&](const hook_case& row) {
    const bool listed = row.family->abilities(row.how, here.facts()).query;
    return !listed || row.family->available(row.how, here.facts()).is_no();
  });
  return all;
}

hook_ground::hook_ground(const hook_case& which)
    : family_(which.family), how_(which.how), box_(footing::enter("hook")) {
  target on{family_->target->kind, {}};
  if (on.kind == hook::interface_target) {
    veth_.emplace(footing::join({.name = "hook0"}, {.name = "hook1"}));
    on.name = "hook0";
  } else if (on.kind == hook::cgroup_target) {
    on.name = footing::make_cgroup(box_, "hook");
  } else if (on.kind == hook::sockmap_target) {
    on.name = "sockets";
    map_ = handle{kernel, ::bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "sockets", 4, 4, 1, nullptr)};
    const auto map = must(kernel.describe_map(map_.ref()));
    at_ = {how_, family_->attach, on, {on.kind, map.id.value, {}}, map_.ref()};
    return;
  }  // a netns: the sandbox's own
  const auto identities = must(kernel.resolve({&on, 1}));
  REQUIRE(identities.at(0));
  at_ = {how_, family_->attach, on, *identities[0]};
}

hook_abilities hook_ground::claims() {
  return family_->abilities(how_, kernel.facts());
}

hook_ground::program hook_ground::load(const hook_family& wanted) {
  if (wanted.attaches == attached_kind::map) return load_algorithm();
  const auto elf = bpf_objects::every_hook();
  const auto image = must(object_image::parse("every_hook", {elf.begin(), elf.end()}));
  const auto name = fmt::format("at_{}", wanted.name);
  load_request request;
  request.programs.push_back({name, wanted.attach});
  auto loaded = must(kernel.load(image, request));
  for (auto& program : loaded.programs) {
    if (program.name == name) return {std::move(program.program), program.info.id};
  }
  FAIL("no program " << name);
  return {};
}

hook_ground::program hook_ground::load_algorithm() {
  const auto elf = bpf_objects::congestion();
  load_request request;
  request.attached_maps.emplace_back("lp_cc");
  auto loaded =
      must(kernel.load(must(object_image::parse("congestion", {elf.begin(), elf.end()})), request));
  for (auto& map : loaded.maps) {
    if (map.name == "lp_cc") return {std::move(map.map), {map.info.id.value}};
  }
  FAIL("no map lp_cc");
  return {};
}

attachment hook_ground::attach(const program& what, const anchor& where) {
  return must(kernel.attach(at_, what.handle.ref(), where));
}

result<void> hook_ground::update(const attachment& where, const program& expected,
                                 const program& next) {
  return kernel.update({.at = at_,
                        .id = where.id,
                        .link = where.link.ref(),
                        .program = next.handle.ref(),
                        .expected = expected.handle.ref(),
                        .expected_id = expected.id});
}

std::vector<program_id> hook_ground::chain() {
  std::vector<program_id> ids;
  for (const auto& entry : must(kernel.query(at_)).entries) ids.push_back(entry.program);
  return ids;
}

void hook_ground::remove_target() {
  if (veth_) {
    const auto removed = veth_->remove();
    if (!removed) FAIL(removed.error().message());
  } else if (map_) {
    at_.map = {};
    map_.reset();
  } else {
    REQUIRE(at_.on.kind == hook::cgroup_target);
    const auto removed = box_.remove_cgroup(at_.on.name);
    if (!removed) FAIL(removed.error().message());
  }
}
