// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Two programs of one section that are joined by a tail call. Only the first is attached; the kernel
// wants both to be loaded for the same attach type. TAIL_TC_FILLED_LATER leaves the array to user
// space.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

int ts_tail_callee(struct __sk_buff* skb);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
#ifdef TAIL_TC_FILLED_LATER
  __uint(value_size, sizeof(__u32));
} ts_tail_jumps SEC(".maps");
#else
  __array(values, int(void*));
} ts_tail_jumps SEC(".maps") = {.values = {[0] = (void*)&ts_tail_callee}};
#endif

SEC("tc")
int ts_tail_callee(struct __sk_buff* skb) {
  return TC_ACT_UNSPEC;
}

SEC("tc")
int ts_tail_entry(struct __sk_buff* skb) {
  bpf_tail_call(skb, &ts_tail_jumps, 0);
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
