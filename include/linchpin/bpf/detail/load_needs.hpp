// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/core/detail/is_one_of.hpp>
#include <linchpin/core/uapi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Which capabilities loading a program of a type takes.
/// source: kernel/bpf/syscall.c: bpf_prog_load, is_net_admin_prog_type, is_perfmon_prog_type;
///   measured on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept;

/// Which capabilities creating a map of a type takes.
/// source: kernel/bpf/syscall.c: map_create; measured on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept;

inline capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept {
  using enum uapi::program_type;
  const bool bpf = !bpf_for_all || !is_one_of(type, {socket_filter, cgroup_skb});
  const bool network =
      is_one_of(type, {sched_cls, sched_act, xdp, cgroup_sock, cgroup_device, cgroup_sock_addr,
                       cgroup_sysctl, cgroup_sockopt, sock_ops, lwt_in, lwt_out, lwt_xmit,
                       lwt_seg6local, sk_skb, sk_msg, flow_dissector, netfilter, ext});
  const bool tracing_too =
      is_one_of(type, {kprobe, tracepoint, perf_event, raw_tracepoint, raw_tracepoint_writable,
                       tracing, lsm, struct_ops, ext});
  return {bpf, network, tracing_too};
}

inline capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept {
  using enum uapi::map_type;
  const bool redirects = is_one_of(type, {devmap, devmap_hash, sockmap, sockhash, xskmap});
  const bool common =
      is_one_of(type, {hash, array, percpu_hash, percpu_array, prog_array, perf_event_array,
                       array_of_maps, hash_of_maps, cgroup_array, cgroup_storage,
                       percpu_cgroup_storage, ringbuf, user_ringbuf});
  return {!bpf_for_all || !(redirects || common), redirects, false};
}

}  // namespace linchpin::detail
