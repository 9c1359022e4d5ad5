// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Variables of every kind. GLOBALS_VERSION 2 has them at other places: one came, one went, and one
// is wider.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

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

SEC("tcx/ingress")
int globals_in(struct __sk_buff* skb) {
#if GLOBALS_VERSION == 2
  static __u64 calls;
  calls += 1;
#endif
  static __u64 packets;
  packets += 1;
  __sync_fetch_and_add(&seen, 1);
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
  if (verbose || mode == MODE_PASS || shift > 0 || prefix.length == 0 || table[0] == 0)
    kept = (void*)0;
  return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
