// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// What the benchmarks attach: one short program and one map, so that loading hides nothing.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef VERSION
#define VERSION 1
#endif

#ifndef MAP_TYPE
#define MAP_TYPE BPF_MAP_TYPE_ARRAY
#endif

struct {
  __uint(type, MAP_TYPE);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} packets SEC(".maps");

static int count(int verdict) {
  __u32 key = VERSION;
  __u64* seen = bpf_map_lookup_elem(&packets, &key);
  if (seen) __sync_fetch_and_add(seen, 1);
  return verdict;
}

#ifdef AT_INTERFACE
SEC("tcx/ingress")
int count_packets(struct __sk_buff* skb) {
  return count(-1);
}
#else
SEC("cgroup_skb/ingress")
int count_packets(struct __sk_buff* skb) {
  return count(1);
}
#endif

char _license[] SEC("license") = "Dual BSD/GPL";
