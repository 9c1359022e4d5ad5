// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One program for each kind of netns hook.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup* ctx) {
  return SK_PASS;
}

SEC("flow_dissector")
int dissect(struct __sk_buff* skb) {
  return BPF_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
