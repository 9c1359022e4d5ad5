// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The section of the program is from before libbpf 1.0, which makes no type of it any more.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("classifier/drop_all")
int drop_all(struct __sk_buff* packet) {
  return 2;  // TC_ACT_SHOT
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
