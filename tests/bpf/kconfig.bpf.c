// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// A program that reads a value that libbpf fills in at the load, beside a variable of its own.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;

const volatile int least_version = 0;

SEC("xdp")
int kc_compare(struct xdp_md* packet) {
  return LINUX_KERNEL_VERSION >= least_version ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
