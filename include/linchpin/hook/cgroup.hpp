// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

extern const hook_family cgroup_skb_ingress_family;
extern const hook_family cgroup_skb_egress_family;
extern const hook_family cgroup_bind4_family;
extern const hook_family cgroup_bind6_family;
extern const hook_family cgroup_connect4_family;
extern const hook_family cgroup_connect6_family;
extern const hook_family cgroup_sendmsg4_family;
extern const hook_family cgroup_sendmsg6_family;
extern const hook_family cgroup_recvmsg4_family;
extern const hook_family cgroup_recvmsg6_family;
extern const hook_family cgroup_sock_create_family;
extern const hook_family cgroup_sock_release_family;
extern const hook_family cgroup_sock_ops_family;
extern const hook_family cgroup_getsockopt_family;
extern const hook_family cgroup_setsockopt_family;
extern const hook_family cgroup_device_family;
extern const hook_family cgroup_sysctl_family;

/// What the processes of a cgroup v2 directory and of those below it do, at one of the kernel's
/// cgroup hooks. Up to 64 programs; each sees the verdict of all as one: any refusal refuses. The
/// children's programs run before their parents'.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN; order relative to other programs from 6.17 on, before that a
///   program is appended
/// cost: an attach about 40 us, an update under 1 us
/// source: kernel/bpf/cgroup.c
template <const hook_family& Family>
struct cgroup_hook {
  static constexpr bool exclusive = false;
  static constexpr bool updatable = true;
  std::string path;  ///< of the directory: "/sys/fs/cgroup/web"

  operator any_hook() const { return {Family, path, Family.mechanisms}; }
};

/// IP packets delivered to, and sent by, sockets of the cgroup.
using cgroup_skb_ingress = cgroup_hook<cgroup_skb_ingress_family>;
using cgroup_skb_egress = cgroup_hook<cgroup_skb_egress_family>;

/// bind(2), connect(2), sendmsg(2) and recvmsg(2) on unconnected UDP: may refuse or rewrite the
/// address.
using cgroup_bind4 = cgroup_hook<cgroup_bind4_family>;
using cgroup_bind6 = cgroup_hook<cgroup_bind6_family>;
using cgroup_connect4 = cgroup_hook<cgroup_connect4_family>;
using cgroup_connect6 = cgroup_hook<cgroup_connect6_family>;
using cgroup_sendmsg4 = cgroup_hook<cgroup_sendmsg4_family>;
using cgroup_sendmsg6 = cgroup_hook<cgroup_sendmsg6_family>;
using cgroup_recvmsg4 = cgroup_hook<cgroup_recvmsg4_family>;
using cgroup_recvmsg6 = cgroup_hook<cgroup_recvmsg6_family>;

/// The life of an inet socket.
using cgroup_sock_create = cgroup_hook<cgroup_sock_create_family>;
using cgroup_sock_release = cgroup_hook<cgroup_sock_release_family>;
/// TCP events: connection states, round trip times, header options.
using cgroup_sock_ops = cgroup_hook<cgroup_sock_ops_family>;

/// getsockopt(2) and setsockopt(2).
using cgroup_getsockopt = cgroup_hook<cgroup_getsockopt_family>;
using cgroup_setsockopt = cgroup_hook<cgroup_setsockopt_family>;

/// Access to device nodes, and reads and writes below /proc/sys.
using cgroup_device = cgroup_hook<cgroup_device_family>;
using cgroup_sysctl = cgroup_hook<cgroup_sysctl_family>;

}  // namespace linchpin::hook
