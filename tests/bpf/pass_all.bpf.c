// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The least object that loads: one XDP program that lets everything through. PASS_ALL_VERDICT
// makes another version of the same program out of the same source.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef PASS_ALL_VERDICT
#define PASS_ALL_VERDICT XDP_PASS
#endif

SEC("xdp")
int pass_all(struct xdp_md* ctx) {
  return PASS_ALL_VERDICT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
