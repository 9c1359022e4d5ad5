// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A component that stands beside `guard`: one program, a tail-call array.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef GUIDE_VERSION
#define GUIDE_VERSION 1
#endif

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u32);
} stages SEC(".maps");

const volatile __u32 version = GUIDE_VERSION;

SEC("tcx/ingress")
int guide_in(struct __sk_buff* skb) {
  skb->mark = version;
  bpf_tail_call(skb, &stages, 0);
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
