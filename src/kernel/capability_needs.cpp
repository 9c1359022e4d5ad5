// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/capability_needs.hpp"

namespace linchpin::detail {

namespace {

constexpr capability_needs nothing_at_all{false, false, false};
constexpr capability_needs net_admin_alone{false, true, false};

}  // namespace

capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept {
  using enum uapi::program_type;
  switch (type) {
    case kprobe:
    case tracepoint:
    case perf_event:
    case raw_tracepoint:
    case raw_tracepoint_writable:
    case tracing:
    case lsm:
    case struct_ops:
      return {true, false, true};
    case ext:
      return {true, true, true};
    case sched_cls:
    case sched_act:
    case xdp:
    case cgroup_sock:
    case cgroup_device:
    case cgroup_sock_addr:
    case cgroup_sysctl:
    case cgroup_sockopt:
    case sock_ops:
    case lwt_in:
    case lwt_out:
    case lwt_xmit:
    case lwt_seg6local:
    case sk_skb:
    case sk_msg:
    case flow_dissector:
    case netfilter:
      return {true, true, false};
    case socket_filter:
    case cgroup_skb:
      return {!bpf_for_all, false, false};
    default:
      return {true, false, false};
  }
}

capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept {
  using enum uapi::map_type;
  switch (type) {
    case hash:
    case array:
    case percpu_hash:
    case percpu_array:
    case prog_array:
    case perf_event_array:
    case array_of_maps:
    case hash_of_maps:
    case cgroup_array:
    case cgroup_storage:
    case percpu_cgroup_storage:
    case ringbuf:
    case user_ringbuf:
      return {!bpf_for_all, false, false};
    case devmap:
    case devmap_hash:
    case sockmap:
    case sockhash:
    case xskmap:
      return {!bpf_for_all, true, false};
    default:
      return {true, false, false};
  }
}

std::vector<missing_capability> known_missing(const thread_privileges& held,
                                              const capability_needs& needed) {
  std::vector<missing_capability> missing;
  const auto ask = [&missing](bool wanted, const answer& had, std::string_view name) {
    if (wanted && had.is_no()) missing.push_back({name, had.reason()});
  };
  ask(needed.bpf, held.bpf, "CAP_BPF");
  ask(needed.net_admin, held.net_admin, "CAP_NET_ADMIN");
  ask(needed.perfmon, held.perfmon, "CAP_PERFMON");
  return missing;
}

// An XDP program is told by rtnetlink, which tells everybody.
capability_needs needs_to_list(mechanism how) noexcept {
  switch (how) {
    case mechanism::tcx:
    case mechanism::cgroup:
    case mechanism::netns:
      return net_admin_alone;
    case mechanism::xdp_native:
    case mechanism::xdp_generic:
    case mechanism::clsact:
      break;
  }
  return nothing_at_all;
}

// Whoever has a program may make a link of it, unless anybody may load such programs.
capability_needs needs_to_attach(mechanism how, uapi::attach_type type) noexcept {
  using enum uapi::attach_type;
  const bool skb = type == cgroup_inet_ingress || type == cgroup_inet_egress;
  return skb || how == mechanism::clsact ? net_admin_alone : nothing_at_all;
}

// Whoever has a link may end it.
capability_needs needs_to_detach(mechanism how) noexcept {
  return how == mechanism::clsact ? net_admin_alone : nothing_at_all;
}

}  // namespace linchpin::detail
