// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>

/// Kernel numbers that linchpin needs and that may be newer than the headers at hand. The values are
/// ABI and never change; tests/unit/core/uapi_numbers_test.cpp asserts them against linux/bpf.h where that has them.
///
/// source: include/uapi/linux/bpf.h
namespace linchpin::inline LINCHPIN_ABI::uapi {

/// enum bpf_prog_type
enum class program_type : std::uint32_t {
  unspecified = 0,
  socket_filter = 1,
  kprobe = 2,
  sched_cls = 3,
  sched_act = 4,
  tracepoint = 5,
  xdp = 6,
  perf_event = 7,
  cgroup_skb = 8,
  cgroup_sock = 9,
  lwt_in = 10,
  lwt_out = 11,
  lwt_xmit = 12,
  sock_ops = 13,
  sk_skb = 14,
  cgroup_device = 15,
  sk_msg = 16,
  raw_tracepoint = 17,
  cgroup_sock_addr = 18,
  lwt_seg6local = 19,
  lirc_mode2 = 20,
  sk_reuseport = 21,
  flow_dissector = 22,
  cgroup_sysctl = 23,
  raw_tracepoint_writable = 24,
  cgroup_sockopt = 25,
  tracing = 26,
  struct_ops = 27,
  ext = 28,
  lsm = 29,
  sk_lookup = 30,
  syscall = 31,
  netfilter = 32,
};

/// enum bpf_attach_type
enum class attach_type : std::uint32_t {
  cgroup_inet_ingress = 0,
  cgroup_inet_egress = 1,
  cgroup_inet_sock_create = 2,
  cgroup_sock_ops = 3,
  cgroup_device = 6,
  sk_msg_verdict = 7,
  cgroup_inet4_bind = 8,
  cgroup_inet6_bind = 9,
  cgroup_inet4_connect = 10,
  cgroup_inet6_connect = 11,
  cgroup_inet4_post_bind = 12,
  cgroup_inet6_post_bind = 13,
  cgroup_udp4_sendmsg = 14,
  cgroup_udp6_sendmsg = 15,
  flow_dissector = 17,
  cgroup_sysctl = 18,
  cgroup_udp4_recvmsg = 19,
  cgroup_udp6_recvmsg = 20,
  cgroup_getsockopt = 21,
  cgroup_setsockopt = 22,
  cgroup_inet_sock_release = 34,
  sk_lookup = 36,
  xdp = 37,
  sk_skb_verdict = 38,
  struct_ops = 44,
  tcx_ingress = 46,
  tcx_egress = 47,
};

/// enum bpf_map_type
enum class map_type : std::uint32_t {
  unspecified = 0,
  hash = 1,
  array = 2,
  prog_array = 3,
  perf_event_array = 4,
  percpu_hash = 5,
  percpu_array = 6,
  stack_trace = 7,
  cgroup_array = 8,
  lru_hash = 9,
  lru_percpu_hash = 10,
  lpm_trie = 11,
  array_of_maps = 12,
  hash_of_maps = 13,
  devmap = 14,
  sockmap = 15,
  cpumap = 16,
  xskmap = 17,
  sockhash = 18,
  cgroup_storage = 19,
  reuseport_sockarray = 20,
  percpu_cgroup_storage = 21,
  queue = 22,
  stack = 23,
  sk_storage = 24,
  devmap_hash = 25,
  struct_ops = 26,
  ringbuf = 27,
  inode_storage = 28,
  task_storage = 29,
  bloom_filter = 30,
  user_ringbuf = 31,
  cgrp_storage = 32,
  arena = 33,
};

/// enum bpf_link_type
enum class link_type : std::uint32_t {
  unspecified = 0,
  raw_tracepoint = 1,
  tracing = 2,
  cgroup = 3,
  iter = 4,
  netns = 5,
  xdp = 6,
  perf_event = 7,
  kprobe_multi = 8,
  struct_ops = 9,
  netfilter = 10,
  tcx = 11,
  uprobe_multi = 12,
  netkit = 13,
  sockmap = 14,
};

}  // namespace linchpin::uapi
