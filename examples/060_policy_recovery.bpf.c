/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/* Forgets to compare with the end of the packet, so the verifier refuses it. */

SEC("tc")
int careless(struct __sk_buff* skb) {
  const __u8* first = (const __u8*)(long)skb->data;

  return *first == 0xff ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
