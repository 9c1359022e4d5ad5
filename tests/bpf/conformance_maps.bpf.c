// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One map of each kind whose contents linchpin carries, and programs that use some of them.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} small_hash SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64);
} recent SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 3);
  __type(key, __u32);
  __type(value, __u64);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} per_cpu SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} jumps SEC(".maps");

const volatile __u32 limit = 7;
__u32 last_seen = 5;

static __attribute__((noinline)) int look_up(__u32 key) {
  __u64* found = bpf_map_lookup_elem(&small_hash, &key);
  return found ? (int)*found : 0;
}

SEC("xdp")
int entry(struct xdp_md* ctx) {
  last_seen = (__u32)look_up(limit);
  bpf_tail_call(ctx, &jumps, 0);
  return XDP_PASS;
}

SEC("xdp")
int leaf(struct xdp_md* ctx) {
  __u32 key = 0;
  bpf_map_lookup_elem(&slots, &key);
  return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
