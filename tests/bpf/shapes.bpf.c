// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Variables of every shape, whose counts of datagrams are to go on. SHAPES_VERSION 2 has some of them
// in other sections, and in other shapes. SHAPES_SWAPPED has two fields of a struct the other way
// round. SHAPES_KPTR adds pointers that the kernel looks after, which
// kernels before 6.3 know in another way or not at all.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "turnstile.bpf.h"

#ifndef SHAPES_VERSION
#define SHAPES_VERSION 1
#endif

struct cell {
#ifdef SHAPES_SWAPPED
  __u32 misses;
  __u32 hits;
#else
  __u32 hits;
  __u32 misses;
#endif
};
struct turned {
#if SHAPES_VERSION == 2
  __u32 right;
  __u32 left;
#else
  __u32 left;
  __u32 right;
#endif
};
struct board {
  struct cell rows[2][3];
  __u16 narrow : 4;
  __u16 wide : 12;
  union {
    __u64 whole;
    __u8 bytes[8];
  };
};
struct tail {
  __u32 count;
  __u32 numbers[];
};

struct packed_cell {
  __u32 narrow;
  __u64 wide;
} __attribute__((packed));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, struct board);
} held SEC(".maps");

struct cell grid[2][3];
struct turned turns[2][3];
struct board boards[2];
struct tail kept_tail = {2, {5, 6}};
#if SHAPES_VERSION == 2
struct tail grown_tail = {3, {5, 6, 7}};
#else
struct tail grown_tail = {2, {5, 6}};
#endif
__u32 (*row)[4];
char last_name[16];
__u8 last_address[8];
struct packed_cell packed;

const struct cell constant_cell = {3, 4};
const __u32 constant_table[4] = {1, 2, 3, 4};
const struct cell constant_grid[2] = {{3, 4}, {5, 6}};
const volatile struct cell set_cell = {3, 4};

// Counters that move to another section, and one that becomes a constant.
#if SHAPES_VERSION == 2
__u64 moved_out SEC(".data.moved");
__u64 moved_in;
const volatile __u32 fixed = 8;
#else
__u64 moved_out;
__u64 moved_in SEC(".data.moved");
__u32 fixed = 7;
#endif
__u64 seen;

#ifdef SHAPES_KPTR
#define kernel_pointer __attribute__((btf_type_tag("kptr")))
struct task_struct {
  int pid;
} __attribute__((preserve_access_index));
struct owners {
  struct task_struct kernel_pointer* one;
};
// libbpf would not let this one be mapped, and the kernel neither.
static struct task_struct kernel_pointer* owner SEC(".data.owned");
static __u64 owned SEC(".data.owned");
struct owners all_owners[2][2] SEC(".data.all_owned");
__u64 owned_too SEC(".data.all_owned");
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
int shapes_in(struct __sk_buff* skb) {
  if (!is_counted(skb)) return TC_ACT_UNSPEC;
  __sync_fetch_and_add(&seen, 1);
  __sync_fetch_and_add(&moved_out, 1);
  __sync_fetch_and_add(&moved_in, 1);
  grid[1][2].hits += 1;
  turns[1][2].left += 1;
  boards[1].rows[1][2].misses += 1;
  boards[1].wide += 1;
  boards[1].whole += 1;
  kept_tail.numbers[1] += 1;
  grown_tail.numbers[1] += 1;
  row = (void*)0;
#ifdef SHAPES_KPTR
  __sync_fetch_and_add(&owned, 1);
  __sync_fetch_and_add(&owned_too, 1);
  if (owner) owned = 0;
  if (all_owners[1][1].one) owned_too = 0;
#endif
  if (skb->mark == constant_cell.hits + constant_table[skb->len & 3] + set_cell.hits + fixed +
                       constant_grid[skb->len & 1].hits)
    seen = 0;
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
