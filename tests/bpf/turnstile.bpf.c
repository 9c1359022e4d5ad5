// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Counts each datagram to one port, by hook and by the version of the program that saw it. Who sends
// N datagrams and finds the sum of a hook's versions to be N knows that none passed uncounted and
// none was counted twice. TURNSTILE_VERSION makes versions, TURNSTILE_WIDE changes the layout of the
// map, TURNSTILE_BROKEN is refused by the verifier.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "turnstile.bpf.h"

#ifndef TURNSTILE_VERSION
#define TURNSTILE_VERSION 1
#endif

struct tally {
#ifdef TURNSTILE_WIDE
  __u32 reserved;
  __u32 again;
#endif
  __u64 packets;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, turnstile_hooks* turnstile_versions);
  __type(key, __u32);
  __type(value, struct tally);
} ts_tallies SEC(".maps");

static __always_inline void count(__u32 hook, void* network, void* end) {
  struct iphdr* ip = network;
  if ((void*)(ip + 1) > end || ip->protocol != IPPROTO_UDP || ip->ihl != 5) return;
  struct udphdr* udp = (void*)(ip + 1);
  if ((void*)(udp + 1) > end || udp->dest != bpf_htons(turnstile_port)) return;
  __u32 key = hook * turnstile_versions + TURNSTILE_VERSION;
  struct tally* tally = bpf_map_lookup_elem(&ts_tallies, &key);
  if (tally) __sync_fetch_and_add(&tally->packets, 1);
}

SEC("tcx/ingress")
int ts_in(struct __sk_buff* skb) {
  void* data = (void*)(long)skb->data;
  void* end = (void*)(long)skb->data_end;
#ifdef TURNSTILE_BROKEN
  if (((volatile __u8*)data)[40] == 1) return TC_ACT_SHOT;  // never compared with the end
#endif
  count(turnstile_tcx, data + ETH_HLEN, end);
  return TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int ts_out(struct __sk_buff* skb) {
  return TC_ACT_UNSPEC;
}

SEC("xdp")
int ts_xdp(struct xdp_md* context) {
  void* data = (void*)(long)context->data;
  count(turnstile_xdp, data + ETH_HLEN, (void*)(long)context->data_end);
  return XDP_PASS;
}

SEC("cgroup_skb/ingress")
int ts_skb(struct __sk_buff* skb) {
  count(turnstile_cgroup, (void*)(long)skb->data, (void*)(long)skb->data_end);
  return 1;
}

SEC("cgroup/connect4")
int ts_connect4(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/connect6")
int ts_connect6(struct bpf_sock_addr* context) {
  return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
