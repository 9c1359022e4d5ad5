// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Programs for both directions of an interface; only one of them uses the map.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} seen SEC(".maps");

SEC("tcx/ingress")
int count_ingress(struct __sk_buff* skb) {
  __u32 key = 0;
  __u64* count = bpf_map_lookup_elem(&seen, &key);
  if (count) __sync_fetch_and_add(count, 1);
  return TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int pass_egress(struct __sk_buff* skb) {
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
