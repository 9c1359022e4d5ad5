// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The verifier refuses it at the end of a walk that makes a log of many megabytes.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int refused_at_the_end(struct xdp_md* context) {
  const __u8* data = (const __u8*)(long)context->data;
  volatile __u32 sum = 0;
#pragma nounroll
  for (__u32 i = 0; i < 20000; ++i) sum += i;
  return *data == sum ? XDP_DROP : XDP_PASS;  // never compared with the end
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
