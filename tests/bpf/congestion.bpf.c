// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A TCP congestion control that keeps its window and counts the connections that begin with it, each
// version in a slot of its own.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifndef CONGESTION_VERSION
#define CONGESTION_VERSION 1
#endif

struct sock {
} __attribute__((preserve_access_index));

// The members that are given here; the kernel's structure has more, and libbpf finds these by name.
struct tcp_congestion_ops {
  __u32 (*ssthresh)(struct sock* socket);
  void (*cong_avoid)(struct sock* socket, __u32 acknowledged, __u32 count);
  __u32 (*undo_cwnd)(struct sock* socket);
  void (*init)(struct sock* socket);
  char name[16];
} __attribute__((preserve_access_index));

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u64);
} cc_counts SEC(".maps");

SEC("struct_ops/cc_init")
void BPF_PROG(cc_init, struct sock* socket) {
  __u32 slot = CONGESTION_VERSION - 1;
  __u64* count = bpf_map_lookup_elem(&cc_counts, &slot);
  if (count) __sync_fetch_and_add(count, 1);
}

SEC("struct_ops/cc_ssthresh")
__u32 BPF_PROG(cc_ssthresh, struct sock* socket) {
  return 10;
}

SEC("struct_ops/cc_avoid")
void BPF_PROG(cc_avoid, struct sock* socket, __u32 acknowledged, __u32 count) {}

SEC("struct_ops/cc_undo")
__u32 BPF_PROG(cc_undo, struct sock* socket) {
  return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops lp_cc = {
    .init = (void*)cc_init,
    .ssthresh = (void*)cc_ssthresh,
    .cong_avoid = (void*)cc_avoid,
    .undo_cwnd = (void*)cc_undo,
    .name = "lp_cc",
};

#ifdef CONGESTION_TC
SEC("tc")
int cc_at_ingress(struct __sk_buff* packet) {
  return 0;
}
#endif

char _license[] SEC("license") = "GPL";
