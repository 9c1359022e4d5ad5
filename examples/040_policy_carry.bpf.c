/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/* Lets as many packets of each mark pass as the table says, and all of the marks that are exempt.
 * Version 2 has room for more limits, and remembers bytes as well. */

struct usage {
  __u64 packets;
#if VERSION > 1
  __u64 bytes;
#endif
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32); /* mark */
  __type(value, __u8);
} exempt SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, VERSION > 1 ? 1024 : 64);
  __type(key, __u32);   /* mark */
  __type(value, __u64); /* packets */
} limits SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32); /* mark */
  __type(value, struct usage);
} recent SEC(".maps");

SEC("tc")
int limiter(struct __sk_buff* skb) {
  const __u32 mark = skb->mark;
  const __u64* limit = bpf_map_lookup_elem(&limits, &mark);
  struct usage* used = bpf_map_lookup_elem(&recent, &mark);
  const struct usage none = {};

  if (!limit || bpf_map_lookup_elem(&exempt, &mark)) return TC_ACT_UNSPEC;
  if (!used) {
    bpf_map_update_elem(&recent, &mark, &none, BPF_NOEXIST);
    used = bpf_map_lookup_elem(&recent, &mark);
  }
  if (!used || used->packets >= *limit) return TC_ACT_SHOT;
  __sync_fetch_and_add(&used->packets, 1);
#if VERSION > 1
  __sync_fetch_and_add(&used->bytes, skb->len);
#endif
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
