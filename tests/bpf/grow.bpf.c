// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Makes each packet 32 bytes longer.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int grow_by_32(struct xdp_md* context) {
  return bpf_xdp_adjust_tail(context, 32) == 0 ? XDP_TX : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
