// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/footing.hpp"

#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/veth.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstring>
#include <string>

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <fmt/format.h>

namespace live {

using namespace linchpin;

/// A program that does nothing but return a verdict, made without any of the library's loading.
inline handle program(live_kernel& kernel, bpf_prog_type type, uapi::attach_type attach,
                      int verdict, const char* name) {
  return handle{kernel,
                footing::load_verdict(type, static_cast<bpf_attach_type>(attach), verdict, name)};
}

inline handle xdp_program(live_kernel& kernel, const char* name) {
  return program(kernel, BPF_PROG_TYPE_XDP, uapi::attach_type::xdp, XDP_PASS, name);
}
inline handle tc_program(live_kernel& kernel, const char* name) {
  return program(kernel, BPF_PROG_TYPE_SCHED_CLS, uapi::attach_type{}, -1, name);
}
inline handle skb_program(live_kernel& kernel, const char* name) {
  return program(kernel, BPF_PROG_TYPE_CGROUP_SKB, uapi::attach_type::cgroup_inet_egress, 1, name);
}
inline handle lookup_program(live_kernel& kernel, const char* name) {
  return program(kernel, BPF_PROG_TYPE_SK_LOOKUP, uapi::attach_type::sk_lookup, SK_PASS, name);
}
inline handle dissector_program(live_kernel& kernel, const char* name) {
  return program(kernel, BPF_PROG_TYPE_FLOW_DISSECTOR, uapi::attach_type::flow_dissector, 0, name);
}

inline program_id id_of(live_kernel& kernel, const handle& held) {
  return kernel.describe_program(held.ref()).value().id;
}

/// The attach point of a name, resolved as the planner does it.
inline attach_point point(live_kernel& kernel, mechanism how, uapi::attach_type type, target on) {
  const target asked[] = {on};
  auto identities = kernel.resolve(asked).value();
  REQUIRE(identities.front());
  return {how, type, std::move(on), *identities.front()};
}

inline attach_point tcx_at(live_kernel& kernel, const std::string& interface) {
  return point(kernel, hook::tcx_link, uapi::attach_type::tcx_ingress,
               {hook::interface_target, interface});
}
inline attach_point clsact_at(live_kernel& kernel, const std::string& interface) {
  return point(kernel, hook::clsact_filter, uapi::attach_type::tcx_ingress,
               {hook::interface_target, interface});
}
inline attach_point xdp_at(live_kernel& kernel, const std::string& interface) {
  return point(kernel, hook::xdp_native, uapi::attach_type::xdp,
               {hook::interface_target, interface});
}
inline attach_point egress_at(live_kernel& kernel, const std::string& cgroup) {
  return point(kernel, hook::cgroup_link, uapi::attach_type::cgroup_inet_egress,
               {hook::cgroup_target, cgroup});
}
inline attach_point own_netns(live_kernel& kernel, uapi::attach_type type) {
  return point(kernel, hook::netns_link, type, {hook::netns_target, {}});
}

inline anchor at_end(anchor_kind kind) {
  anchor where;
  where.kind = kind;
  return where;
}
inline anchor beside(anchor_kind kind, chain_entry entry) {
  anchor where;
  where.kind = kind;
  where.relative_to = std::move(entry);
  return where;
}

inline std::vector<program_id> programs_of(const chain& found) {
  std::vector<program_id> ids;
  for (const auto& entry : found.entries) ids.push_back(entry.program);
  return ids;
}

using footing::enter;
using footing::make_cgroup;
using footing::need;

inline testing::veth_pair make_veth() {
  return footing::join({"lpk0"}, {"lpk1"});
}

}  // namespace live
