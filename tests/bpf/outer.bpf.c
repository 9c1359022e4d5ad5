// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A map of maps that does not say what its inner maps are like: who loads the object gives one.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __uint(key_size, 4);
  __uint(value_size, 4);
} outer SEC(".maps");

SEC("xdp")
int outer_in(struct xdp_md* ctx) {
  __u32 first = 0;
  return bpf_map_lookup_elem(&outer, &first) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
