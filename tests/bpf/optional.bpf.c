// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A program that calls others by an array that user space fills, one that is loaded only when somebody
// asks for it, and one that declares no attach type.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} op_jumps SEC(".maps");

SEC("tcx/ingress")
int op_entry(struct __sk_buff* skb) {
  bpf_tail_call(skb, &op_jumps, 0);
  return TC_ACT_UNSPEC;
}

SEC("?tcx/ingress")
int op_optional(struct __sk_buff* skb) {
  return TC_ACT_UNSPEC;
}

SEC("tc")
int op_callee(struct __sk_buff* skb) {
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
