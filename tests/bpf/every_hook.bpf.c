// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// One program for each hook family, named at_<family>, that lets everything through.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int at_xdp(struct xdp_md* context) {
  return XDP_PASS;
}

SEC("tcx/ingress")
int at_tcx_ingress(struct __sk_buff* context) {
  return TC_ACT_UNSPEC;
}

SEC("tc")
int at_tcx_egress(struct __sk_buff* context) {
  return TC_ACT_UNSPEC;
}

SEC("cgroup_skb/ingress")
int at_cgroup_skb_ingress(struct __sk_buff* context) {
  return 1;
}

SEC("cgroup_skb/egress")
int at_cgroup_skb_egress(struct __sk_buff* context) {
  return 1;
}

SEC("cgroup/bind4")
int at_cgroup_bind4(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/bind6")
int at_cgroup_bind6(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/connect4")
int at_cgroup_connect4(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/connect6")
int at_cgroup_connect6(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/sendmsg4")
int at_cgroup_sendmsg4(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/sendmsg6")
int at_cgroup_sendmsg6(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/recvmsg4")
int at_cgroup_recvmsg4(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/recvmsg6")
int at_cgroup_recvmsg6(struct bpf_sock_addr* context) {
  return 1;
}

SEC("cgroup/sock_create")
int at_cgroup_sock_create(struct bpf_sock* context) {
  return 1;
}

SEC("cgroup/sock_release")
int at_cgroup_sock_release(struct bpf_sock* context) {
  return 1;
}

SEC("sockops")
int at_cgroup_sock_ops(struct bpf_sock_ops* context) {
  return 1;
}

SEC("cgroup/getsockopt")
int at_cgroup_getsockopt(struct bpf_sockopt* context) {
  return 1;
}

SEC("cgroup/setsockopt")
int at_cgroup_setsockopt(struct bpf_sockopt* context) {
  return 1;
}

SEC("cgroup/dev")
int at_cgroup_device(struct bpf_cgroup_dev_ctx* context) {
  return 1;
}

SEC("cgroup/sysctl")
int at_cgroup_sysctl(struct bpf_sysctl* context) {
  return 1;
}

SEC("sk_lookup")
int at_sk_lookup(struct bpf_sk_lookup* context) {
  return SK_PASS;
}

SEC("flow_dissector")
int at_flow_dissector(struct __sk_buff* context) {
  return BPF_OK;
}

struct {
  __uint(type, BPF_MAP_TYPE_SOCKMAP);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} sockets SEC(".maps");

SEC("?sk_msg")
int at_sk_msg(struct sk_msg_md* context) {
  return SK_PASS;
}

SEC("?sk_skb/verdict")
int at_sk_skb_verdict(struct __sk_buff* context) {
  return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
