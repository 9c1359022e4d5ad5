// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// What the sockets of a map send: the first version hands it to the socket in slot 1, the second lets
// it go where it was sent to. Each counts in a slot of its own.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef SOCKETS_VERSION
#define SOCKETS_VERSION 1
#endif
#ifndef SOCKETS_ROOM
#define SOCKETS_ROOM 4
#endif

struct {
  __uint(type, BPF_MAP_TYPE_SOCKMAP);
  __uint(max_entries, SOCKETS_ROOM);
  __type(key, __u32);
  __type(value, __u32);
} sk_sockets SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u64);
} sk_counts SEC(".maps");

SEC("sk_msg")
int sk_on_msg(struct sk_msg_md* message) {
  __u32 slot = SOCKETS_VERSION - 1;
  __u64* count = bpf_map_lookup_elem(&sk_counts, &slot);
  if (count) __sync_fetch_and_add(count, 1);
#if SOCKETS_VERSION == 1
  return bpf_msg_redirect_map(message, &sk_sockets, 1, BPF_F_INGRESS);
#else
  return SK_PASS;
#endif
}

SEC("?sk_skb/verdict")
int sk_on_packet(struct __sk_buff* packet) {
  return SK_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
