// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A program whose name, LONG_NAME, is longer than that of a pin may be.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tc")
int LONG_NAME(struct __sk_buff* context) {
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
