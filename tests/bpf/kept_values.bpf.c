// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Variables about which the compiler knows more than their types say, and others about which only ELF
// and BTF together tell. KEPT_VALUES_VERSION 2 is another object with the same variables.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef KEPT_VALUES_VERSION
#define KEPT_VALUES_VERSION 1
#endif

// Nothing is stored in it: clang puts it among the constants, and reads weights[0] out of no memory.
static __u32 weights[5] = {1, 2, 3, 4, 5};
// Of these, clang knows that they are 0, 1 or 2, and leaves out what happens beyond 5.
static __u32 turn;
static volatile __u32 watched_turn;
// libbpf calls it static.
__attribute__((visibility("hidden"))) __u8 hidden_level;

// A pointer with a tag that means nothing to the kernel.
#define of_user __attribute__((btf_type_tag("user")))
__u32 of_user* told SEC(".data.tagged");
__u64 beside_it SEC(".data.tagged") = 5;

// Seven bytes that are in no variable are between these.
__u8 narrow SEC(".data.loose") = 1;
__u64 wide SEC(".data.loose") = 2;

SEC("tcx/ingress")
int kept_values_in(struct __sk_buff* skb) {
  __u32 sum = weights[0] + weights[skb->len & 3];
  if (turn > 5 || watched_turn > 5) sum += 77;
  sum += turn + watched_turn;
  turn = skb->len & 1 ? 1 : 2;
  watched_turn = skb->len & 1 ? 1 : 2;
  hidden_level += 1;
  beside_it += KEPT_VALUES_VERSION;
  told = (void*)0;
  wide += narrow;
  return sum == skb->mark ? TC_ACT_OK : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
