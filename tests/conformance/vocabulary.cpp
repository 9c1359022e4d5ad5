// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "vocabulary.hpp"

#include "conformance_cgroup.bpf.hpp"
#include "conformance_netns.bpf.hpp"
#include "conformance_sockmap.bpf.hpp"
#include "conformance_tcx.bpf.hpp"
#include "pass_all.bpf.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace conformance {

using namespace linchpin;

namespace {

using uapi::attach_type;

constexpr hook_case hooks[] = {
    {"xdp native", hook::xdp_native, attach_type::xdp, true, bpf_objects::pass_all, "pass_all", ""},
    {"xdp generic", hook::xdp_generic, attach_type::xdp, true, bpf_objects::pass_all, "pass_all",
     ""},
    {"tcx ingress", hook::tcx_link, attach_type::tcx_ingress, false, bpf_objects::conformance_tcx,
     "count_ingress", ""},
    {"tcx egress", hook::tcx_link, attach_type::tcx_egress, false, bpf_objects::conformance_tcx,
     "pass_egress", ""},
    {"cgroup skb ingress", hook::cgroup_link, attach_type::cgroup_inet_ingress, false,
     bpf_objects::conformance_cgroup, "skb_ingress", "connect4"},
    {"cgroup connect4", hook::cgroup_link, attach_type::cgroup_inet4_connect, false,
     bpf_objects::conformance_cgroup, "connect4", "skb_ingress"},
    {"cgroup sock_create", hook::cgroup_link, attach_type::cgroup_inet_sock_create, false,
     bpf_objects::conformance_cgroup, "sock_create", "connect4"},
    {"cgroup sock_ops", hook::cgroup_link, attach_type::cgroup_sock_ops, false,
     bpf_objects::conformance_cgroup, "sock_ops", "connect4"},
    {"sk_lookup", hook::netns_link, attach_type::sk_lookup, false, bpf_objects::conformance_netns,
     "lookup", "dissect"},
    {"flow_dissector", hook::netns_link, attach_type::flow_dissector, true,
     bpf_objects::conformance_netns, "dissect", "lookup"},
    {"sk_msg", hook::sockmap_link, attach_type::sk_msg_verdict, true,
     bpf_objects::conformance_sockmap, "message", "packet"},
    {"sk_skb_verdict", hook::sockmap_link, attach_type::sk_skb_verdict, true,
     bpf_objects::conformance_sockmap, "packet", "message"},
};

constexpr hook_case clsact{"clsact ingress",
                           hook::clsact_filter,
                           attach_type::tcx_ingress,
                           false,
                           bpf_objects::conformance_tcx,
                           "count_ingress",
                           ""};

template <class Condition>
bool within_a_while(Condition holds) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::yield();
  }
  return true;
}

template <class Part>
Part take(std::vector<Part>& from, std::string_view name) {
  const auto found = std::find_if(from.begin(), from.end(),
                                  [name](const Part& part) { return part.name == name; });
  INFO(name);
  REQUIRE(found != from.end());
  return std::move(*found);
}

}  // namespace

std::span<const hook_case> link_hooks() {
  return hooks;
}

const hook_case& find_hook(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(hooks), std::end(hooks),
                   [name](const hook_case& known) { return known.name == name; });
  REQUIRE(found != std::end(hooks));
  return *found;
}

const hook_case& clsact_ingress() {
  return clsact;
}

void require_available(linchpin::kernel& kernel, mechanism how) {
  const auto& facts = kernel.facts();
  const auto need = [](const answer& fact, const char* what) {
    if (fact.is_no()) SKIP("no " << what << ": " << fact.reason());
    if (!fact.is_yes()) FAIL("a probe for " << what << " failed: " << fact.reason());
  };
  if (how == hook::xdp_native || how == hook::xdp_generic)
    need(facts.of(hook::xdp_native).available, "xdp links");
  if (how == hook::tcx_link) need(facts.of(hook::tcx_link).available, "tcx");
  if (how == hook::cgroup_link) need(facts.of(hook::cgroup_link).available, "cgroup links");
  if (how == hook::netns_link) need(facts.of(hook::netns_link).available, "netns links");
  if (how == hook::sockmap_link) need(facts.of(hook::sockmap_link).available, "sockmap links");
  if (how == hook::struct_ops_link)
    need(facts.of(hook::struct_ops_link).available, "struct_ops links");
}

object_image image_of(std::span<const std::byte> elf) {
  return object_image::parse("conformance", {elf.begin(), elf.end()}).value();
}

loaded_object load(linchpin::kernel& kernel, std::span<const std::byte> elf) {
  return kernel.load(image_of(elf), {}).value();
}

loaded_program take_program(loaded_object& from, std::string_view name) {
  return take(from.programs, name);
}

loaded_program any_program(linchpin::kernel& kernel) {
  auto object = load(kernel, bpf_objects::pass_all());
  return take_program(object, "pass_all");
}

loaded_map take_map(loaded_object& from, std::string_view name) {
  return take(from.maps, name);
}

loaded_program program_for(linchpin::kernel& kernel, const hook_case& hook) {
  auto object = load(kernel, hook.object());
  return take_program(object, hook.program);
}

attach_point place_for(ground& on, const hook_case& hook) {
  attach_point at{hook.how, hook.type, {}, {}};
  if (hook.how == hook::sockmap_link) {
    auto object = load(on.kernel(), hook.object());
    auto map = take_map(object, "sockets");
    at.on = {hook::sockmap_target, "sockets"};
    at.identity = {hook::sockmap_target, map.info.id.value, {}};
    at.map = on.keep(std::move(map.map));
    return at;
  }
  if (hook.how == hook::cgroup_link) {
    at.on = {hook::cgroup_target, on.add_cgroup()};
  } else if (hook.how == hook::netns_link) {
    at.on = {hook::netns_target, ""};
  } else {
    at.on = {hook::interface_target, on.add_interface()};
  }
  const auto identities = on.kernel().resolve({&at.on, 1}).value();
  REQUIRE(identities.size() == 1);
  REQUIRE(identities[0].has_value());
  at.identity = *identities[0];
  return at;
}

void end_target(ground& on, const attach_point& at) {
  if (at.on.kind == hook::interface_target) on.remove_interface(at.on.name);
  if (at.on.kind == hook::cgroup_target) on.remove_cgroup(at.on.name);
}

bool becomes_zombie(linchpin::kernel& kernel, handle_ref link) {
  return within_a_while([&] { return kernel.describe_link(link).value().target_gone(); });
}

std::vector<program_id> chain_at(linchpin::kernel& kernel, const attach_point& at) {
  std::vector<program_id> ids;
  const auto seen = kernel.query(at).value();
  for (const auto& entry : seen.entries) ids.push_back(entry.program);
  return ids;
}

bool chain_empties(linchpin::kernel& kernel, const attach_point& at) {
  return within_a_while([&] { return chain_at(kernel, at).empty(); });
}

update_request swap(const attach_point& at, const attachment& of, const loaded_program& from,
                    const loaded_program& to) {
  return {at, of.id, of.link.ref(), to.program.ref(), from.program.ref(), from.info.id};
}

}  // namespace conformance
