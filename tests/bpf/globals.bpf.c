// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Variables of every kind, among them counters of the datagrams to one port. GLOBALS_VERSION 2 has
// them at other places: one came, one went, and one is wider. GLOBALS_LOCKED adds a lock, which
// kernels before 5.15 do not take there.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "turnstile.bpf.h"

#ifndef GLOBALS_VERSION
#define GLOBALS_VERSION 1
#endif

struct prefix {
  __u8 bytes[3];
  __u8 length;
};
struct pair {
  __u64 even;
  __u64 odd;
};
enum mode { MODE_COUNT, MODE_PASS };

const volatile __u32 sample_every = 2;
const volatile __s16 shift = -1;
const volatile _Bool verbose;
const volatile enum mode mode;
const volatile double ratio = 0.5;
const volatile struct prefix prefix = {{10, 0, 0}, 8};
const volatile __u32 table[4] = {1, 2, 3, 4};

const __u32 folded = 3;  // the compiler puts it into the instructions
const __u32 stored = 4;  // its address goes to the kernel

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, __u32);
} slots SEC(".maps");

__u32 limit = 7;
void* kept;

#if GLOBALS_VERSION == 2
__u32 came;
__u64 widened;
#else
__u64 went;
__u32 widened;
#endif
struct pair parities;
__u64 seen;
__u64 sampled;

// libbpf alone would not let these be mapped, since none of them has a name outside of this file.
static __u64 hidden SEC(".data.hidden");

#ifdef GLOBALS_LOCKED
// A map with a lock in it cannot be mapped at all.
static struct bpf_spin_lock lock SEC(".data.locked");
static __u64 locked SEC(".data.locked");
#endif

static __always_inline int is_counted(struct __sk_buff* skb) {
  void* data = (void*)(long)skb->data;
  void* end = (void*)(long)skb->data_end;
  struct iphdr* ip = data + ETH_HLEN;
  if ((void*)(ip + 1) > end || ip->protocol != IPPROTO_UDP || ip->ihl != 5) return 0;
  struct udphdr* udp = (void*)(ip + 1);
  return (void*)(udp + 1) <= end && udp->dest == bpf_htons(turnstile_port);
}

SEC("tcx/ingress")
int globals_in(struct __sk_buff* skb) {
  if (!is_counted(skb)) return TC_ACT_UNSPEC;
#if GLOBALS_VERSION == 2
  static __attribute__((unused)) __u64 calls;
  calls += 1;
#endif
  static __attribute__((unused)) __u64 packets;
  packets += 1;
  __sync_fetch_and_add(&seen, 1);
  __sync_fetch_and_add(&hidden, 1);
#ifdef GLOBALS_LOCKED
  bpf_spin_lock(&lock);
  locked += 1;
  bpf_spin_unlock(&lock);
#endif
  if (skb->len & 1)
    parities.odd += 1;
  else
    parities.even += 1;
  widened += limit;
#if GLOBALS_VERSION == 2
  came += 1;
#else
  went += 1;
#endif
  if (sample_every && seen % sample_every == 0) sampled += 1;
  bpf_map_lookup_elem(&slots, &stored);
  if (skb->mark == folded || verbose || mode == MODE_PASS || shift > 0 || prefix.length == 0 ||
      table[0] == 0)
    kept = (void*)0;
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
