// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Many programs and as many maps; each program uses a map of its own.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define ONE(number)                                         \
  struct {                                                  \
    __uint(type, BPF_MAP_TYPE_ARRAY);                       \
    __uint(max_entries, 1);                                 \
    __type(key, __u32);                                     \
    __type(value, __u64);                                   \
  } map_##number SEC(".maps");                              \
  SEC("cgroup_skb/ingress")                                 \
  int program_##number(struct __sk_buff* skb) {             \
    __u32 key = 0;                                          \
    __u64* seen = bpf_map_lookup_elem(&map_##number, &key); \
    if (seen) __sync_fetch_and_add(seen, 1);                \
    return 1;                                               \
  }
// The digits of a number are put together from the left: TEN(2) makes 20 to 29.
// clang-format off
#define TEN(tens) \
  ONE(tens##0) ONE(tens##1) ONE(tens##2) ONE(tens##3) ONE(tens##4) \
  ONE(tens##5) ONE(tens##6) ONE(tens##7) ONE(tens##8) ONE(tens##9)
#define HUNDRED(hundreds) \
  TEN(hundreds##0) TEN(hundreds##1) TEN(hundreds##2) TEN(hundreds##3) TEN(hundreds##4) \
  TEN(hundreds##5) TEN(hundreds##6) TEN(hundreds##7) TEN(hundreds##8) TEN(hundreds##9)
// clang-format on

char _license[] SEC("license") = "Dual BSD/GPL";

// clang needs 40 s for a thousand programs in one source; ten parts of a hundred are linked.
#ifndef PART
#define PART TEN(0)
#endif
PART
