// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One program for each kind of sockmap hook, and a map to stand at.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_SOCKMAP);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u32);
} sockets SEC(".maps");

SEC("sk_msg")
int message(struct sk_msg_md* context) {
  return SK_PASS;
}

SEC("sk_skb/verdict")
int packet(struct __sk_buff* context) {
  return SK_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
