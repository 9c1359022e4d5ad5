/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/pkt_cls.h>

#include "quickstart_packet.bpf.h"

/* Sends every flow that talks to the service to one of two backends, and makes the answers come
 * from the service again. Stateless: the flow's own numbers choose, the same in every version, so
 * that no connection notices an update. */

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct quickstart_service);
} service SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32); /* which backend */
  __type(value, __u64);
} balanced SEC(".maps");

static __always_inline __u32 choose_backend(const struct packet* packet) {
  const __u32 flow = bpf_ntohl(packet->source) ^ bpf_ntohs(packet->source_port);

  return (flow * 2654435761U) >> 31;
}

static __always_inline void rewrite(struct __sk_buff* skb, const struct packet* packet,
                                    __u32 offset_in_ip, __be32 from, __be32 to) {
  const __u32 checksum = packet->protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
                                                         : offsetof(struct udphdr, check);

  bpf_l4_csum_replace(skb, transport_offset + checksum, from, to,
                      BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | sizeof(to));
  bpf_l3_csum_replace(skb, ip_offset + offsetof(struct iphdr, check), from, to, sizeof(to));
  bpf_skb_store_bytes(skb, ip_offset + offset_in_ip, &to, sizeof(to), 0);
}

SEC("tc")
int balancer(struct __sk_buff* skb) {
  const struct quickstart_service* known;
  struct packet packet;
  __u32 backend = 0;

  if (!read_packet(skb, &packet)) return TC_ACT_UNSPEC;
  /* Before anything is decided: a second run, over a packet already rewritten, must show too. */
  if (packet.stamped) leave_mark(skb, offsetof(struct quickstart_stamp, balancer));
  known = bpf_map_lookup_elem(&service, &backend);
  if (!known || known->address != packet.destination) return TC_ACT_UNSPEC;

  backend = choose_backend(&packet);
  if (packet.stamped) count(&balanced, backend);
  rewrite(skb, &packet, offsetof(struct iphdr, daddr), packet.destination,
          known->backends[backend & 1]);
  return TC_ACT_UNSPEC;
}

SEC("tc")
int returner(struct __sk_buff* skb) {
  const struct quickstart_service* known;
  struct packet packet;
  __u32 only = 0;

  if (!read_packet(skb, &packet)) return TC_ACT_UNSPEC;
  known = bpf_map_lookup_elem(&service, &only);
  if (!known) return TC_ACT_UNSPEC;

  if (packet.stamped) leave_mark(skb, offsetof(struct quickstart_stamp, returner));
  if (packet.source == known->backends[0] || packet.source == known->backends[1]) {
    rewrite(skb, &packet, offsetof(struct iphdr, saddr), packet.source, known->address);
  }
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
