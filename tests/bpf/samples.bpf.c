// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Each run puts one numbered sample into a ring buffer.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} samples SEC(".maps");

__u64 next_sample = 0;

SEC("xdp")
int emit_sample(struct xdp_md* context) {
  __u64* sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
  if (!sample) return XDP_ABORTED;
  *sample = next_sample++;
  bpf_ringbuf_submit(sample, 0);
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
