/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef QUICKSTART_PACKET_BPF_H
#define QUICKSTART_PACKET_BPF_H

#include <linux/bpf.h>

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "quickstart_stamp.bpf.h"

/* How the two tc components of the quickstart look at a packet. */

#ifndef QUICKSTART_VERSION
#error "QUICKSTART_VERSION says which of its versions a component is compiled as"
#endif

/* Headers without options: what this network sends. */
enum {
  ip_offset = sizeof(struct ethhdr),
  transport_offset = ip_offset + sizeof(struct iphdr),
  stamp_offset = transport_offset + sizeof(struct udphdr),
};

struct packet {
  __be32 source;
  __be32 destination;
  __be16 source_port;
  __be16 destination_port;
  __u8 protocol;
  bool stamped;
};

/* False for what is neither TCP nor UDP over IPv4. */
static __always_inline bool read_packet(struct __sk_buff* skb, struct packet* packet) {
  struct iphdr ip;
  struct {
    __be16 source;
    __be16 destination;
  } ports;
  __u32 magic;

  if (skb->protocol != bpf_htons(ETH_P_IP)) return false;
  if (bpf_skb_load_bytes(skb, ip_offset, &ip, sizeof(ip)) != 0) return false;
  if (ip.ihl != 5 || (ip.protocol != IPPROTO_UDP && ip.protocol != IPPROTO_TCP)) return false;
  if (bpf_skb_load_bytes(skb, transport_offset, &ports, sizeof(ports)) != 0) return false;
  packet->source = ip.saddr;
  packet->destination = ip.daddr;
  packet->source_port = ports.source;
  packet->destination_port = ports.destination;
  packet->protocol = ip.protocol;
  packet->stamped = ip.protocol == IPPROTO_UDP &&
                    bpf_skb_load_bytes(skb, stamp_offset, &magic, sizeof(magic)) == 0 &&
                    magic == quickstart_magic;
  return true;
}

/* Says in the packet itself that this version handled it. The sender switched its UDP checksum off,
 * so there is none to mend. */
static __always_inline void leave_mark(struct __sk_buff* skb, __u32 offset_in_stamp) {
  struct quickstart_mark mark;

  if (bpf_skb_load_bytes(skb, stamp_offset + offset_in_stamp, &mark, sizeof(mark)) != 0) return;
  mark.runs++;
  mark.version = QUICKSTART_VERSION;
  bpf_skb_store_bytes(skb, stamp_offset + offset_in_stamp, &mark, sizeof(mark), 0);
}

/* The per-CPU counter at an index of an array; ours alone while the program runs. */
static __always_inline void count(void* counters, __u32 index) {
  __u64* counter = bpf_map_lookup_elem(counters, &index);

  if (counter) (*counter)++;
}

#endif
