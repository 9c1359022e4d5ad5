// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/uapi.hpp>

#include <linux/bpf.h>
#include <linux/version.h>

// Compiling this file is the test: our numbers are those of linux/bpf.h, where that has them. Enumerators
// cannot be tested for by the preprocessor, but the headers' own version can.
namespace {

namespace uapi = linchpin::uapi;

template <class Ours, class Theirs>
constexpr bool same_number(Ours ours, Theirs theirs) {
  return static_cast<unsigned>(ours) == static_cast<unsigned>(theirs);
}

#define LINCHPIN_SAME(ours, theirs) static_assert(same_number(ours, theirs))

LINCHPIN_SAME(uapi::program_type::socket_filter, BPF_PROG_TYPE_SOCKET_FILTER);
LINCHPIN_SAME(uapi::program_type::kprobe, BPF_PROG_TYPE_KPROBE);
LINCHPIN_SAME(uapi::program_type::sched_cls, BPF_PROG_TYPE_SCHED_CLS);
LINCHPIN_SAME(uapi::program_type::sched_act, BPF_PROG_TYPE_SCHED_ACT);
LINCHPIN_SAME(uapi::program_type::tracepoint, BPF_PROG_TYPE_TRACEPOINT);
LINCHPIN_SAME(uapi::program_type::xdp, BPF_PROG_TYPE_XDP);
LINCHPIN_SAME(uapi::program_type::perf_event, BPF_PROG_TYPE_PERF_EVENT);
LINCHPIN_SAME(uapi::program_type::cgroup_skb, BPF_PROG_TYPE_CGROUP_SKB);
LINCHPIN_SAME(uapi::program_type::cgroup_sock, BPF_PROG_TYPE_CGROUP_SOCK);
LINCHPIN_SAME(uapi::program_type::lwt_in, BPF_PROG_TYPE_LWT_IN);
LINCHPIN_SAME(uapi::program_type::lwt_out, BPF_PROG_TYPE_LWT_OUT);
LINCHPIN_SAME(uapi::program_type::lwt_xmit, BPF_PROG_TYPE_LWT_XMIT);
LINCHPIN_SAME(uapi::program_type::sock_ops, BPF_PROG_TYPE_SOCK_OPS);
LINCHPIN_SAME(uapi::program_type::sk_skb, BPF_PROG_TYPE_SK_SKB);
LINCHPIN_SAME(uapi::program_type::cgroup_device, BPF_PROG_TYPE_CGROUP_DEVICE);
LINCHPIN_SAME(uapi::program_type::sk_msg, BPF_PROG_TYPE_SK_MSG);
LINCHPIN_SAME(uapi::program_type::raw_tracepoint, BPF_PROG_TYPE_RAW_TRACEPOINT);
LINCHPIN_SAME(uapi::program_type::cgroup_sock_addr, BPF_PROG_TYPE_CGROUP_SOCK_ADDR);
LINCHPIN_SAME(uapi::program_type::lwt_seg6local, BPF_PROG_TYPE_LWT_SEG6LOCAL);
LINCHPIN_SAME(uapi::program_type::lirc_mode2, BPF_PROG_TYPE_LIRC_MODE2);
LINCHPIN_SAME(uapi::program_type::sk_reuseport, BPF_PROG_TYPE_SK_REUSEPORT);
LINCHPIN_SAME(uapi::program_type::flow_dissector, BPF_PROG_TYPE_FLOW_DISSECTOR);
LINCHPIN_SAME(uapi::program_type::cgroup_sysctl, BPF_PROG_TYPE_CGROUP_SYSCTL);
LINCHPIN_SAME(uapi::program_type::raw_tracepoint_writable, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE);
LINCHPIN_SAME(uapi::program_type::cgroup_sockopt, BPF_PROG_TYPE_CGROUP_SOCKOPT);
LINCHPIN_SAME(uapi::program_type::tracing, BPF_PROG_TYPE_TRACING);
LINCHPIN_SAME(uapi::program_type::struct_ops, BPF_PROG_TYPE_STRUCT_OPS);
LINCHPIN_SAME(uapi::program_type::ext, BPF_PROG_TYPE_EXT);
LINCHPIN_SAME(uapi::program_type::lsm, BPF_PROG_TYPE_LSM);
LINCHPIN_SAME(uapi::program_type::sk_lookup, BPF_PROG_TYPE_SK_LOOKUP);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
LINCHPIN_SAME(uapi::program_type::syscall, BPF_PROG_TYPE_SYSCALL);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
LINCHPIN_SAME(uapi::program_type::netfilter, BPF_PROG_TYPE_NETFILTER);
#endif

LINCHPIN_SAME(uapi::attach_type::cgroup_inet_ingress, BPF_CGROUP_INET_INGRESS);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet_egress, BPF_CGROUP_INET_EGRESS);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet_sock_create, BPF_CGROUP_INET_SOCK_CREATE);
LINCHPIN_SAME(uapi::attach_type::cgroup_sock_ops, BPF_CGROUP_SOCK_OPS);
LINCHPIN_SAME(uapi::attach_type::sk_msg_verdict, BPF_SK_MSG_VERDICT);
LINCHPIN_SAME(uapi::attach_type::sk_skb_verdict, BPF_SK_SKB_VERDICT);
LINCHPIN_SAME(uapi::attach_type::cgroup_device, BPF_CGROUP_DEVICE);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet4_bind, BPF_CGROUP_INET4_BIND);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet6_bind, BPF_CGROUP_INET6_BIND);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet4_connect, BPF_CGROUP_INET4_CONNECT);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet6_connect, BPF_CGROUP_INET6_CONNECT);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet4_post_bind, BPF_CGROUP_INET4_POST_BIND);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet6_post_bind, BPF_CGROUP_INET6_POST_BIND);
LINCHPIN_SAME(uapi::attach_type::cgroup_udp4_sendmsg, BPF_CGROUP_UDP4_SENDMSG);
LINCHPIN_SAME(uapi::attach_type::cgroup_udp6_sendmsg, BPF_CGROUP_UDP6_SENDMSG);
LINCHPIN_SAME(uapi::attach_type::flow_dissector, BPF_FLOW_DISSECTOR);
LINCHPIN_SAME(uapi::attach_type::cgroup_sysctl, BPF_CGROUP_SYSCTL);
LINCHPIN_SAME(uapi::attach_type::cgroup_udp4_recvmsg, BPF_CGROUP_UDP4_RECVMSG);
LINCHPIN_SAME(uapi::attach_type::cgroup_udp6_recvmsg, BPF_CGROUP_UDP6_RECVMSG);
LINCHPIN_SAME(uapi::attach_type::cgroup_getsockopt, BPF_CGROUP_GETSOCKOPT);
LINCHPIN_SAME(uapi::attach_type::cgroup_setsockopt, BPF_CGROUP_SETSOCKOPT);
LINCHPIN_SAME(uapi::attach_type::cgroup_inet_sock_release, BPF_CGROUP_INET_SOCK_RELEASE);
LINCHPIN_SAME(uapi::attach_type::sk_lookup, BPF_SK_LOOKUP);
LINCHPIN_SAME(uapi::attach_type::xdp, BPF_XDP);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
LINCHPIN_SAME(uapi::attach_type::tcx_ingress, BPF_TCX_INGRESS);
LINCHPIN_SAME(uapi::attach_type::tcx_egress, BPF_TCX_EGRESS);
#endif

LINCHPIN_SAME(uapi::map_type::hash, BPF_MAP_TYPE_HASH);
LINCHPIN_SAME(uapi::map_type::array, BPF_MAP_TYPE_ARRAY);
LINCHPIN_SAME(uapi::map_type::prog_array, BPF_MAP_TYPE_PROG_ARRAY);
LINCHPIN_SAME(uapi::map_type::perf_event_array, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
LINCHPIN_SAME(uapi::map_type::percpu_hash, BPF_MAP_TYPE_PERCPU_HASH);
LINCHPIN_SAME(uapi::map_type::percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY);
LINCHPIN_SAME(uapi::map_type::stack_trace, BPF_MAP_TYPE_STACK_TRACE);
LINCHPIN_SAME(uapi::map_type::cgroup_array, BPF_MAP_TYPE_CGROUP_ARRAY);
LINCHPIN_SAME(uapi::map_type::lru_hash, BPF_MAP_TYPE_LRU_HASH);
LINCHPIN_SAME(uapi::map_type::lru_percpu_hash, BPF_MAP_TYPE_LRU_PERCPU_HASH);
LINCHPIN_SAME(uapi::map_type::lpm_trie, BPF_MAP_TYPE_LPM_TRIE);
LINCHPIN_SAME(uapi::map_type::array_of_maps, BPF_MAP_TYPE_ARRAY_OF_MAPS);
LINCHPIN_SAME(uapi::map_type::hash_of_maps, BPF_MAP_TYPE_HASH_OF_MAPS);
LINCHPIN_SAME(uapi::map_type::devmap, BPF_MAP_TYPE_DEVMAP);
LINCHPIN_SAME(uapi::map_type::sockmap, BPF_MAP_TYPE_SOCKMAP);
LINCHPIN_SAME(uapi::map_type::cpumap, BPF_MAP_TYPE_CPUMAP);
LINCHPIN_SAME(uapi::map_type::xskmap, BPF_MAP_TYPE_XSKMAP);
LINCHPIN_SAME(uapi::map_type::sockhash, BPF_MAP_TYPE_SOCKHASH);
LINCHPIN_SAME(uapi::map_type::cgroup_storage, BPF_MAP_TYPE_CGROUP_STORAGE);
LINCHPIN_SAME(uapi::map_type::reuseport_sockarray, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
LINCHPIN_SAME(uapi::map_type::percpu_cgroup_storage, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
LINCHPIN_SAME(uapi::map_type::queue, BPF_MAP_TYPE_QUEUE);
LINCHPIN_SAME(uapi::map_type::stack, BPF_MAP_TYPE_STACK);
LINCHPIN_SAME(uapi::map_type::sk_storage, BPF_MAP_TYPE_SK_STORAGE);
LINCHPIN_SAME(uapi::map_type::devmap_hash, BPF_MAP_TYPE_DEVMAP_HASH);
LINCHPIN_SAME(uapi::map_type::struct_ops, BPF_MAP_TYPE_STRUCT_OPS);
LINCHPIN_SAME(uapi::map_type::ringbuf, BPF_MAP_TYPE_RINGBUF);
LINCHPIN_SAME(uapi::map_type::inode_storage, BPF_MAP_TYPE_INODE_STORAGE);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
LINCHPIN_SAME(uapi::map_type::task_storage, BPF_MAP_TYPE_TASK_STORAGE);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0)
LINCHPIN_SAME(uapi::map_type::bloom_filter, BPF_MAP_TYPE_BLOOM_FILTER);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
LINCHPIN_SAME(uapi::map_type::user_ringbuf, BPF_MAP_TYPE_USER_RINGBUF);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
LINCHPIN_SAME(uapi::map_type::cgrp_storage, BPF_MAP_TYPE_CGRP_STORAGE);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
LINCHPIN_SAME(uapi::map_type::arena, BPF_MAP_TYPE_ARENA);
#endif

LINCHPIN_SAME(uapi::link_type::raw_tracepoint, BPF_LINK_TYPE_RAW_TRACEPOINT);
LINCHPIN_SAME(uapi::link_type::tracing, BPF_LINK_TYPE_TRACING);
LINCHPIN_SAME(uapi::link_type::cgroup, BPF_LINK_TYPE_CGROUP);
LINCHPIN_SAME(uapi::link_type::iter, BPF_LINK_TYPE_ITER);
LINCHPIN_SAME(uapi::link_type::netns, BPF_LINK_TYPE_NETNS);
LINCHPIN_SAME(uapi::link_type::xdp, BPF_LINK_TYPE_XDP);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 15, 0)
LINCHPIN_SAME(uapi::link_type::perf_event, BPF_LINK_TYPE_PERF_EVENT);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
LINCHPIN_SAME(uapi::link_type::kprobe_multi, BPF_LINK_TYPE_KPROBE_MULTI);
LINCHPIN_SAME(uapi::link_type::struct_ops, BPF_LINK_TYPE_STRUCT_OPS);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
LINCHPIN_SAME(uapi::link_type::netfilter, BPF_LINK_TYPE_NETFILTER);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
LINCHPIN_SAME(uapi::link_type::tcx, BPF_LINK_TYPE_TCX);
LINCHPIN_SAME(uapi::link_type::uprobe_multi, BPF_LINK_TYPE_UPROBE_MULTI);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
LINCHPIN_SAME(uapi::link_type::netkit, BPF_LINK_TYPE_NETKIT);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
LINCHPIN_SAME(uapi::link_type::sockmap, BPF_LINK_TYPE_SOCKMAP);
#endif

#undef LINCHPIN_SAME

}  // namespace
