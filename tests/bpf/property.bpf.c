// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A program for each hook at which the property tests move components about, and two maps whose
// sizes they change. PROPERTY_VERSION makes versions.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef PROPERTY_VERSION
#define PROPERTY_VERSION 1
#endif

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, __u64);
} ts_p_seen SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} ts_p_sums SEC(".maps");

static __always_inline void count(__u32 slot) {
  __u64* sum = bpf_map_lookup_elem(&ts_p_sums, &slot);
  __u64* seen = bpf_map_lookup_elem(&ts_p_seen, &slot);
  if (sum) __sync_fetch_and_add(sum, PROPERTY_VERSION);
  if (seen) __sync_fetch_and_add(seen, 1);
}

SEC("tcx/ingress")
int ts_p_in(struct __sk_buff* skb) {
  count(0);
  return TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int ts_p_out(struct __sk_buff* skb) {
  count(1);
  return TC_ACT_UNSPEC;
}

SEC("xdp")
int ts_p_xdp(struct xdp_md* context) {
  count(2);
  return XDP_PASS;
}

SEC("cgroup/connect4")
int ts_p_connect4(struct bpf_sock_addr* context) {
  count(3);
  return 1;
}

SEC("cgroup/connect6")
int ts_p_connect6(struct bpf_sock_addr* context) {
  count(3);
  return 1;
}

SEC("cgroup_skb/ingress")
int ts_p_skb(struct __sk_buff* skb) {
  count(3);
  return 1;
}

SEC("cgroup/sock_create")
int ts_p_sock(struct bpf_sock* context) {
  count(3);
  return 1;
}

SEC("sk_lookup")
int ts_p_lookup(struct bpf_sk_lookup* context) {
  count(3);
  return SK_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
