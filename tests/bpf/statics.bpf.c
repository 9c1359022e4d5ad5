// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Static variables that clang does not keep as the source has them. One that ever gets one value only
// becomes a truth value: mode, level and armed. A struct becomes a variable for each member: halves. Of
// one name in a function, the second one gets a number, which counts over the whole object: in
// STATICS_VERSION 2 a further count stands before the others, and two values come to be stored.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef STATICS_VERSION
#define STATICS_VERSION 1
#endif

struct halves {
  __u64 left;
  __u64 right;
};

static int mode;
static __u8 level;
static _Bool armed = 1;
static volatile __u8 watched;
static struct halves halves;
__u64 seen;
#if STATICS_VERSION == 1
__u64 renamed;
struct halves gone;
#endif

SEC("tcx/ingress")
int statics_in(struct __sk_buff* skb) {
  __u64 sum = 0;
#if STATICS_VERSION == 2
  {
    static __u64 count;
    count += 7;
    sum += count;
  }
#endif
  {
    static __u64 count;
    count += 1;
    sum += count;
  }
  {
    static __u64 count;
    count += 2;
    sum += count;
  }
  seen += 1;
  if (skb->mark == 5) {
    mode = 3;
    level = 3;
    armed = 0;
  }
#if STATICS_VERSION == 1
  renamed += 1;
  gone.left += 1;
  gone.right += 1;
#else
  if (skb->mark == 6) {
    mode = 2;
    level = 2;
    armed = 1;
  }
#endif
  watched += 1;
  halves.left += 1;
  halves.right += 2;
  return sum + mode + level + armed + watched + halves.left + halves.right == 0 ? TC_ACT_OK
                                                                                : TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int statics_out(struct __sk_buff* skb) {
  __u64 sum = 0;
  {
    static __u64 turns;
    turns += 1;
    sum += turns;
  }
  {
    static __u64 turns;
    turns += skb->len;
    sum += turns;
  }
  return sum == 0 ? TC_ACT_OK : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
