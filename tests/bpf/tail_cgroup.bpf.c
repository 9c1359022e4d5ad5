// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A program that calls another by an array which the object fills, and a third that has nothing to do with
// them and is attached in the other direction.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef TAIL_CGROUP_VERSION
#define TAIL_CGROUP_VERSION 1
#endif

int tg_callee(struct __sk_buff* skb);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __array(values, int(void*));
} tg_jumps SEC(".maps") = {.values = {[0] = (void*)&tg_callee}};

const volatile int tg_version = TAIL_CGROUP_VERSION;

SEC("cgroup/skb")
int tg_callee(struct __sk_buff* skb) {
  return 1;
}

SEC("cgroup_skb/egress")
int tg_entry(struct __sk_buff* skb) {
  bpf_tail_call(skb, &tg_jumps, 0);
  return tg_version == 9 ? 0 : 1;
}

SEC("cgroup_skb/ingress")
int tg_other(struct __sk_buff* skb) {
  return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
