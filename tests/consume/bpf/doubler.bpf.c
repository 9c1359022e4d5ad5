// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Uses the map of counter.bpf.c, with which it is linked.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "slots.h"

extern struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, COUNTER_SLOTS);
  __type(key, __u32);
  __type(value, __u64);
} packets SEC(".maps");

SEC("xdp")
int count_twice(struct xdp_md* ctx) {
  __u32 slot = 0;
  __u64* packet = bpf_map_lookup_elem(&packets, &slot);
  if (packet) __sync_fetch_and_add(packet, 2);
  return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
