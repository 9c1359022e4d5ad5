// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One program for each kind of cgroup hook that the conformance suite attaches to.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress")
int skb_ingress(struct __sk_buff* skb) {
  return 1;
}

SEC("cgroup_skb/egress")
int skb_egress(struct __sk_buff* skb) {
  return 1;
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr* ctx) {
  return 1;
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr* ctx) {
  return 1;
}

SEC("cgroup/sock_create")
int sock_create(struct bpf_sock* ctx) {
  return 1;
}

SEC("sockops")
int sock_ops(struct bpf_sock_ops* ctx) {
  return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
