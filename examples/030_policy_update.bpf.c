/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Notes at three hooks which version a UDP packet met. */

struct witnessed {
  __u8 versions[3]; /* [version]: whether a packet met it */
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 3);
  __type(key, __u32); /* hook: 0 xdp, 1 tcx ingress, 2 tcx egress */
  __type(value, struct witnessed);
} met SEC(".maps");

static __always_inline void note(__u32 hook) {
  struct witnessed* here = bpf_map_lookup_elem(&met, &hook);

  if (here) here->versions[VERSION] = 1;
}

static __always_inline int is_udp(struct __sk_buff* skb) {
  __u8 protocol = 0;

  return skb->protocol == bpf_htons(ETH_P_IP) &&
         !bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct iphdr, protocol), &protocol, 1) &&
         protocol == IPPROTO_UDP;
}

SEC("xdp")
int early(struct xdp_md* context) {
  struct ethhdr* ethernet = (void*)(long)context->data;
  struct iphdr* ip = (void*)(ethernet + 1);

  if ((void*)(ip + 1) > (void*)(long)context->data_end) return XDP_PASS;
  if (ethernet->h_proto == bpf_htons(ETH_P_IP) && ip->protocol == IPPROTO_UDP) note(0);
  return XDP_PASS;
}

SEC("tc")
int arriving(struct __sk_buff* skb) {
  if (is_udp(skb)) note(1);
  return TC_ACT_UNSPEC;
}

SEC("tc")
int leaving(struct __sk_buff* skb) {
  if (is_udp(skb)) note(2);
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
