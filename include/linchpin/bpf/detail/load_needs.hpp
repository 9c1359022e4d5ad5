// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/core/uapi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What loading a program of a type takes.
/// source: kernel/bpf/syscall.c: bpf_prog_load, is_net_admin_prog_type, is_perfmon_prog_type; measured
///   on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept;

/// What creating a map of a type takes.
/// source: kernel/bpf/syscall.c: map_create; measured on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept;

inline capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept {
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

inline capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept {
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

}  // namespace linchpin::detail
