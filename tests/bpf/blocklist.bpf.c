// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Drops datagrams to ports that a map lists, and counts what it did with those to one port, which is
// meant to be listed from the first one on. BLOCKLIST_VERSION makes versions of it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "blocklist.bpf.h"

#ifndef BLOCKLIST_VERSION
#define BLOCKLIST_VERSION 1
#endif

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u16);
  __type(value, __u8);
} blocked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, __u32);
} limits SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 16);
  __uint(key_size, 8);
  __uint(value_size, 4);
} networks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, verdicts_of_blocklist);
  __type(key, __u32);
  __type(value, __u64);
} verdicts SEC(".maps");

const volatile __u32 version = BLOCKLIST_VERSION;

SEC("tcx/ingress")
int blocklist_in(struct __sk_buff* skb) {
  void* data = (void*)(long)skb->data;
  void* end = (void*)(long)skb->data_end;
  struct iphdr* ip = data + ETH_HLEN;
  if ((void*)(ip + 1) > end || ip->protocol != IPPROTO_UDP || ip->ihl != 5) return TC_ACT_UNSPEC;
  struct udphdr* udp = (void*)(ip + 1);
  if ((void*)(udp + 1) > end) return TC_ACT_UNSPEC;
  __u16 port = bpf_ntohs(udp->dest);
  const void* listed = bpf_map_lookup_elem(&blocked, &port);
  if (port == forbidden_port && version != 0) {
    __u32 slot = listed ? verdict_dropped : verdict_passed;
    __u64* count = bpf_map_lookup_elem(&verdicts, &slot);
    if (count) __sync_fetch_and_add(count, 1);
  }
  return listed ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
