// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The verifier refuses it, after a walk that makes the log long.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int reads_past_the_end(struct xdp_md* context) {
  const __u8* data = (const __u8*)(long)context->data;
  const __u8* end = (const __u8*)(long)context->data_end;
  volatile __u32 sum = 0;
#pragma unroll
  for (int i = 0; i < 600; ++i) {
    if (data + i + 1 > end) return XDP_PASS;
    sum += data[i];
  }
  return data[600] == sum ? XDP_DROP : XDP_PASS;  // byte 600 was never compared with the end
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
