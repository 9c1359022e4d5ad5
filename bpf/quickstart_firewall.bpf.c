/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/pkt_cls.h>

#include "quickstart_packet.bpf.h"

/* Drops what goes to a blocked port and counts what it did. TC_ACT_UNSPEC lets the next program at
 * the hook decide: it means that under tcx as well as under clsact. */

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __be16); /* destination port */
  __type(value, __u8);
} blocked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, quickstart_verdicts);
  __type(key, __u32); /* enum quickstart_verdict */
  __type(value, __u64);
} verdicts SEC(".maps");

SEC("tc")
int firewall(struct __sk_buff* skb) {
  struct packet packet;

  if (!read_packet(skb, &packet)) return TC_ACT_UNSPEC;
  if (bpf_map_lookup_elem(&blocked, &packet.destination_port)) {
    count(&verdicts, quickstart_dropped);
    return TC_ACT_SHOT;
  }
  if (packet.stamped) {
    count(&verdicts, quickstart_passed);
    leave_mark(skb, offsetof(struct quickstart_stamp, firewall));
  }
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
