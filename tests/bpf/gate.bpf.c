// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Lets nobody connect, or everybody with GATE_OPEN. GATE_VERSION makes versions that do the same.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef GATE_VERSION
#define GATE_VERSION 1
#endif
#ifdef GATE_OPEN
#define GATE_VERDICT 1
#else
#define GATE_VERDICT 0
#endif

const volatile __u32 version = GATE_VERSION;

SEC("cgroup/connect4")
int ts_gate(struct bpf_sock_addr* context) {
  return version == 0 ? !GATE_VERDICT : GATE_VERDICT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
