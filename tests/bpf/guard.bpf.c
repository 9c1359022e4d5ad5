// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A component with several hooks and a map of each kind of carry. GUARD_VERSION makes versions of
// it, GUARD_WIDE changes the layout of one map, GUARD_FLOWS_TYPE its type, GUARD_RENAMED the name of
// one program.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef GUARD_VERSION
#define GUARD_VERSION 1
#endif

#ifndef GUARD_FLOWS_TYPE
#define GUARD_FLOWS_TYPE BPF_MAP_TYPE_HASH
#endif

struct flow {
  __u64 packets;
#ifdef GUARD_WIDE
  __u64 last_seen;
#else
  __u32 last_seen;
  __u32 pad;
#endif
};

struct {
  __uint(type, GUARD_FLOWS_TYPE);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, struct flow);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} totals SEC(".maps");

const volatile __u32 version = GUARD_VERSION;

static __attribute__((noinline)) int count(__u32 slot) {
  __u64* total = bpf_map_lookup_elem(&totals, &slot);
  struct flow* flow = bpf_map_lookup_elem(&flows, &slot);
  if (flow) __sync_fetch_and_add(&flow->packets, 1);
  if (total) __sync_fetch_and_add(total, version);
  return 0;
}

#ifdef GUARD_RENAMED
SEC("tcx/ingress")
int guard_entry(struct __sk_buff* skb) {
#else
SEC("tcx/ingress")
int guard_in(struct __sk_buff* skb) {
#endif
  count(0);
  return TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int guard_out(struct __sk_buff* skb) {
  count(1);
  return TC_ACT_UNSPEC;
}

SEC("xdp")
int guard_xdp(struct xdp_md* context) {
  count(2);
  return XDP_PASS;
}

SEC("cgroup/connect4")
int guard_connect(struct bpf_sock_addr* context) {
  count(3);
  return 1;
}

SEC("cgroup/connect6")
int guard_connect6(struct bpf_sock_addr* context) {
  return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
