/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "quickstart_stamp.bpf.h"

/* Counts stamped packets before anything else sees them, and lets every packet pass. */

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} metered SEC(".maps");

struct stamped_frame {
  struct ethhdr ethernet;
  struct iphdr ip;
  struct udphdr udp;
  struct quickstart_stamp stamp;
} __attribute__((packed));

SEC("xdp")
int meter(struct xdp_md* context) {
  struct stamped_frame* frame = (void*)(long)context->data;
  __u32 only = 0;
  __u64* counter;

  if ((void*)(frame + 1) > (void*)(long)context->data_end) return XDP_PASS;
  if (frame->ethernet.h_proto != bpf_htons(ETH_P_IP) || frame->ip.ihl != 5 ||
      frame->ip.protocol != IPPROTO_UDP || frame->stamp.magic != quickstart_magic) {
    return XDP_PASS;
  }
  frame->stamp.meter.runs++;
  frame->stamp.meter.version = QUICKSTART_VERSION;
  counter = bpf_map_lookup_elem(&metered, &only);
  if (counter) (*counter)++;
  return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
