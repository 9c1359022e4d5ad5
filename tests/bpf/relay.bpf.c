// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A packet passes through two programs that are joined by a tail call. The second knows whether the
// first was of its own version. RELAY_VERSION makes versions.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "relay.bpf.h"

#ifndef RELAY_VERSION
#define RELAY_VERSION 1
#endif

int ts_relay_last(struct __sk_buff* skb);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __array(values, int(void*));
} ts_stages SEC(".maps") = {.values = {[0] = (void*)&ts_relay_last}};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, relay_outcomes);
  __type(key, __u32);
  __type(value, __u64);
} ts_outcomes SEC(".maps");

static __always_inline void count(__u32 outcome) {
  __u64* packets = bpf_map_lookup_elem(&ts_outcomes, &outcome);
  if (packets) __sync_fetch_and_add(packets, 1);
}

SEC("tcx/ingress")
int ts_relay_last(struct __sk_buff* skb) {
  count(skb->cb[0] == RELAY_VERSION ? relay_matched : relay_mixed);
  return TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int ts_relay(struct __sk_buff* skb) {
  skb->cb[0] = RELAY_VERSION;
  bpf_tail_call(skb, &ts_stages, 0);
  count(relay_missed);
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
