// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One map of each kind that user space reads and writes, and a program per hook family. The value
// of `flows` has a second layout of equal size (FLOW_BYTES=__s64) and one of another size
// (FLOW_WIDE).
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef FLOW_BYTES
#define FLOW_BYTES __u64
#endif

struct flow_key {
  __be32 source;
  __u16 port;
  __u16 protocol;
};

struct flow_value {
  __u32 packets;
#ifdef FLOW_WIDE
  __u32 drops;
#endif
  __u8 hardware[6];
  __u16 vlan : 12;
  __u16 priority : 3;
  FLOW_BYTES bytes;
  struct {
    __u64 seen;
  } times[2];
  union {
    __be32 four;
    __u8 sixteen[16];
  } address;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct flow_key);
  __type(value, struct flow_value);
  __uint(max_entries, 64);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 1000);
} numbers SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __type(key, __u32);
  __type(value, __u32);
  __uint(max_entries, 100);
} percpu_numbers SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 4);
} percpu_counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 8);
} counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 512);
} recent SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(map_flags, BPF_F_NO_COMMON_LRU);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 1001);
} recent_split SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(key_size, 8);
  __uint(value_size, 4);
  __uint(max_entries, 16);
} routes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, __u32);
  __uint(max_entries, 16);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} linchpin_test_pinned SEC(".maps");

const volatile __u32 verdict = XDP_PASS;
const volatile __u8 limits[4] = {1, 2, 3, 4};

static __always_inline void count(__u32 slot) {
  __u64* counter = bpf_map_lookup_elem(&percpu_counters, &slot);
  if (counter) *counter += 1;
  counter = bpf_map_lookup_elem(&counters, &slot);
  if (counter) __sync_fetch_and_add(counter, 1);
}

SEC("xdp")
int count_and_decide(struct xdp_md* context) {
  count(0);
  return verdict;
}

SEC("tcx/ingress")
int count_at_ingress(struct __sk_buff* packet) {
  count(1);
  return 0;
}

SEC("cgroup/connect4")
int allow_connect4(struct bpf_sock_addr* address) {
  return 1;
}

SEC("cgroup/connect6")
int allow_connect6(struct bpf_sock_addr* address) {
  return 1;
}

SEC("?xdp")
int optional(struct xdp_md* context) {
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
