// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>

/// Kernel numbers that linchpin needs and that may be newer than the headers at hand. The values
/// are ABI and never change; tests/unit/core/uapi_numbers_test.cpp compares them with linux/bpf.h
/// as far as it has them. A number at the beginning of a description is the first kernel that has
/// it.
///
/// source: include/uapi/linux/bpf.h
namespace linchpin::inline LINCHPIN_ABI::uapi {

/// What a program may do, and where it may be attached: fixed when it is loaded.
/// source: enum bpf_prog_type
enum class program_type : std::uint32_t {
  /// No type: libbpf did not know the section, or nobody set one.
  unspecified = 0,
  /// 3.19: filters what a socket receives (SO_ATTACH_BPF).
  socket_filter = 1,
  /// 4.1: runs at a kernel or user probe; attached by perf events.
  kprobe = 2,
  /// 4.1: packets at an interface, by a tc filter, tcx or netkit.
  sched_cls = 3,
  /// 4.1: packets that a tc filter hands to an action.
  sched_act = 4,
  /// 4.7: runs at a tracepoint, with the arguments as it records them.
  tracepoint = 5,
  /// 4.8: packets at an interface before an skb exists.
  xdp = 6,
  /// 4.9: runs when a perf event fires.
  perf_event = 7,
  /// 4.10: packets of the sockets of a cgroup.
  cgroup_skb = 8,
  /// 4.10: sockets that the processes of a cgroup make and close.
  cgroup_sock = 9,
  /// 4.10: packets that arrive by a route with an encapsulation.
  lwt_in = 10,
  /// 4.10: packets that leave by such a route, before the IP output.
  lwt_out = 11,
  /// 4.10: packets that leave by such a route, right before the device.
  lwt_xmit = 12,
  /// 4.13: events of the TCP connections of a cgroup.
  sock_ops = 13,
  /// 4.14: packets that the sockets of a sockmap receive.
  sk_skb = 14,
  /// 4.15: access of a cgroup to device nodes.
  cgroup_device = 15,
  /// 4.17: messages that the sockets of a sockmap send.
  sk_msg = 16,
  /// 4.17: runs at a tracepoint, with its raw arguments.
  raw_tracepoint = 17,
  /// 4.17: bind, connect, sendmsg and recvmsg of a cgroup.
  cgroup_sock_addr = 18,
  /// 4.18: packets for a local IPv6 segment (seg6local).
  lwt_seg6local = 19,
  /// 4.18: decodes infrared remote controls.
  lirc_mode2 = 20,
  /// 4.19: chooses a socket of an SO_REUSEPORT group.
  sk_reuseport = 21,
  /// 4.20: reads the flow keys out of packets of a network namespace.
  flow_dissector = 22,
  /// 5.2: access of a cgroup below /proc/sys.
  cgroup_sysctl = 23,
  /// 5.2: as raw_tracepoint, where the tracepoint lets itself be changed.
  raw_tracepoint_writable = 24,
  /// 5.3: getsockopt and setsockopt of a cgroup.
  cgroup_sockopt = 25,
  /// 5.5: runs at a kernel function known by BTF (fentry, fexit), or as an iterator.
  tracing = 26,
  /// 5.6: one function of a kernel structure, such as tcp_congestion_ops.
  struct_ops = 27,
  /// 5.6: replaces a global function of another BPF program (freplace).
  ext = 28,
  /// 5.7: decides at a hook of the Linux security modules.
  lsm = 29,
  /// 5.9: chooses the socket for a new connection of a network namespace.
  sk_lookup = 30,
  /// 5.14: run by BPF_PROG_RUN alone; may call bpf(2) itself.
  syscall = 31,
  /// 6.4: packets at a netfilter hook.
  netfilter = 32,
};

/// At which hook a program is attached. Programs of some types are loaded for one of these, and the
/// verifier checks them for it. The kernel has more than the ones listed here.
/// source: enum bpf_attach_type
enum class attach_type : std::uint32_t {
  /// 4.10: packets delivered to sockets of a cgroup.
  cgroup_inet_ingress = 0,
  /// 4.10: packets sent by sockets of a cgroup.
  cgroup_inet_egress = 1,
  /// 4.10: an inet socket is made.
  cgroup_inet_sock_create = 2,
  /// 4.13: events of TCP connections.
  cgroup_sock_ops = 3,
  /// 4.15: a device node is opened or made.
  cgroup_device = 6,
  /// 4.17: a message is sent by a socket of a sockmap.
  sk_msg_verdict = 7,
  /// 4.17: bind(2) to an IPv4 address.
  cgroup_inet4_bind = 8,
  /// 4.17: bind(2) to an IPv6 address.
  cgroup_inet6_bind = 9,
  /// 4.17: connect(2) to an IPv4 address.
  cgroup_inet4_connect = 10,
  /// 4.17: connect(2) to an IPv6 address.
  cgroup_inet6_connect = 11,
  /// 4.17: after bind(2) to an IPv4 address, when the port is known.
  cgroup_inet4_post_bind = 12,
  /// 4.17: after bind(2) to an IPv6 address, when the port is known.
  cgroup_inet6_post_bind = 13,
  /// 4.18: sendmsg(2) on an unconnected IPv4 UDP socket.
  cgroup_udp4_sendmsg = 14,
  /// 4.18: sendmsg(2) on an unconnected IPv6 UDP socket.
  cgroup_udp6_sendmsg = 15,
  /// 4.20: flow keys are read out of a packet.
  flow_dissector = 17,
  /// 5.2: a file below /proc/sys is read or written.
  cgroup_sysctl = 18,
  /// 5.2: recvmsg(2) on an unconnected IPv4 UDP socket.
  cgroup_udp4_recvmsg = 19,
  /// 5.2: recvmsg(2) on an unconnected IPv6 UDP socket.
  cgroup_udp6_recvmsg = 20,
  /// 5.3: getsockopt(2).
  cgroup_getsockopt = 21,
  /// 5.3: setsockopt(2).
  cgroup_setsockopt = 22,
  /// 5.9: an inet socket is closed.
  cgroup_inet_sock_release = 34,
  /// 5.9: a socket is looked up for a new connection.
  sk_lookup = 36,
  /// 5.9: an XDP program that runs by itself, not in a devmap or cpumap.
  xdp = 37,
  /// 5.13: a packet is received by a socket of a sockmap.
  sk_skb_verdict = 38,
  /// 6.4: a struct_ops map, attached by a link.
  struct_ops = 44,
  /// 6.6: packets arriving at an interface.
  tcx_ingress = 46,
  /// 6.6: packets leaving by an interface.
  tcx_egress = 47,
  /// 6.7: packets into a netkit device, from the side of its host.
  netkit_primary = 54,
  /// 6.7: packets into a netkit device, from the side of its guest.
  netkit_peer = 55,
};

/// How a map stores entries, and what it can be used for: fixed when it is created.
/// source: enum bpf_map_type
enum class map_type : std::uint32_t {
  /// No map.
  unspecified = 0,
  /// 3.19: any key to any value.
  hash = 1,
  /// 3.19: an index to a value; all entries are always there.
  array = 2,
  /// 4.2: an index to a program, for tail calls.
  prog_array = 3,
  /// 4.3: a CPU to a perf event, which carries samples to user space.
  perf_event_array = 4,
  /// 4.6: a hash with a value for each CPU.
  percpu_hash = 5,
  /// 4.6: an array with a value for each CPU.
  percpu_array = 6,
  /// 4.6: a number to a stack, as bpf_get_stackid stores it.
  stack_trace = 7,
  /// 4.8: an index to a cgroup, to ask who is below it.
  cgroup_array = 8,
  /// 4.10: a hash that drops the entries used longest ago when it is full.
  lru_hash = 9,
  /// 4.10: the same with a value for each CPU.
  lru_percpu_hash = 10,
  /// 4.11: a prefix to a value; a lookup finds the longest prefix.
  lpm_trie = 11,
  /// 4.12: an index to a map.
  array_of_maps = 12,
  /// 4.12: a key to a map.
  hash_of_maps = 13,
  /// 4.14: an index to an interface that XDP redirects to.
  devmap = 14,
  /// 4.14: an index to a socket.
  sockmap = 15,
  /// 4.15: an index to a CPU that XDP redirects to.
  cpumap = 16,
  /// 4.18: an index to an AF_XDP socket.
  xskmap = 17,
  /// 4.18: a key to a socket.
  sockhash = 18,
  /// 4.19: a value for each attachment of a program to a cgroup.
  cgroup_storage = 19,
  /// 4.19: an index to a socket of an SO_REUSEPORT group.
  reuseport_sockarray = 20,
  /// 4.20: cgroup_storage with a value for each CPU.
  percpu_cgroup_storage = 21,
  /// 4.20: values without keys, first in first out.
  queue = 22,
  /// 4.20: values without keys, last in first out.
  stack = 23,
  /// 5.2: a value for each socket, which ends with the socket.
  sk_storage = 24,
  /// 5.4: a devmap whose keys need not be small.
  devmap_hash = 25,
  /// 5.6: a kernel structure whose functions are programs.
  struct_ops = 26,
  /// 5.8: a ring buffer from programs to user space.
  ringbuf = 27,
  /// 5.10: a value for each inode, which ends with the inode.
  inode_storage = 28,
  /// 5.11: a value for each task, which ends with the task.
  task_storage = 29,
  /// 5.16: whether a value was put in, with false positives.
  bloom_filter = 30,
  /// 6.1: a ring buffer from user space to programs.
  user_ringbuf = 31,
  /// 6.2: a value for each cgroup, which ends with the cgroup.
  cgrp_storage = 32,
  /// 6.9: memory that programs and user space share.
  arena = 33,
};

/// What kind of attachment a link is, as the kernel reports it.
/// source: enum bpf_link_type
enum class link_type : std::uint32_t {
  /// A kind of link that the kernel does not report.
  unspecified = 0,
  /// A program at a raw tracepoint.
  raw_tracepoint = 1,
  /// A program at a kernel function, another program or an LSM hook.
  tracing = 2,
  /// 5.7: a program at a cgroup.
  cgroup = 3,
  /// 5.8: a program that iterates over kernel objects.
  iter = 4,
  /// 5.8: a program at a network namespace: flow_dissector, sk_lookup.
  netns = 5,
  /// 5.9: an XDP program at an interface.
  xdp = 6,
  /// 5.15: a program at a perf event: kprobe, uprobe, tracepoint.
  perf_event = 7,
  /// 5.18: a program at many kernel functions.
  kprobe_multi = 8,
  /// 6.4: a struct_ops map; kernels from 5.19 have the number.
  struct_ops = 9,
  /// 6.4: a program at a netfilter hook.
  netfilter = 10,
  /// 6.6: a program at an interface, in or out.
  tcx = 11,
  /// 6.6: a program at many user functions.
  uprobe_multi = 12,
  /// 6.7: a program at a netkit device.
  netkit = 13,
  /// 6.10: a program at a sockmap or sockhash.
  sockmap = 14,
};

}  // namespace linchpin::uapi
