// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Counts packets by their first byte, and puts that byte into a ring buffer.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 256);
} packets SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} seen SEC(".maps");

SEC("xdp")
int count_and_tell(struct xdp_md* context) {
  const __u8* first = (const __u8*)(long)context->data;
  if (first + 1 > (const __u8*)(long)context->data_end) return XDP_PASS;
  __u32 key = *first;
  __u64* count = bpf_map_lookup_elem(&packets, &key);
  if (count) __sync_fetch_and_add(count, 1);
  bpf_ringbuf_output(&seen, &key, sizeof(key), 0);
  return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
