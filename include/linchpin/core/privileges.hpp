// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>

#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// Which capabilities the calling thread may use for bpf(2), at this moment. Unlike what a kernel can
/// do, this changes while a process runs: a service may give up capabilities, or raise them.
///
/// What cannot be found out is unknown, and is no reason to refuse anything.
///
/// kernel: a capability counts in the initial user namespace only. CAP_SYS_ADMIN stands for CAP_BPF and
///   CAP_PERFMON; for CAP_NET_ADMIN it stands in some calls, so that alone it leaves that one unknown.
struct thread_privileges {
  answer bpf;        ///< CAP_BPF: create maps, load programs
  answer net_admin;  ///< CAP_NET_ADMIN: load programs for the network, attach them, list them
  answer perfmon;    ///< CAP_PERFMON: load programs that trace
  /// The sysctl kernel.unprivileged_bpf_disabled is 0: everybody may create the common maps, and load
  /// cgroup_skb programs, though the verifier asks more of them. Looked at only without CAP_BPF.
  bool bpf_for_all = false;
  /// The thread is in another user namespace than the initial one, where it has none of them.
  bool in_user_namespace = false;
  /// RLIMIT_MEMLOCK in bytes, where it binds: it is finite, and this thread cannot raise it. 0 where it does
  /// not. Kernels from 5.11 on charge no map to it, see kernel_facts.
  std::uint64_t memlock_bytes = 0;
  answer sys_admin{};  ///< CAP_SYS_ADMIN: enter another network namespace

  friend bool operator==(const thread_privileges&, const thread_privileges&) = default;
};

}  // namespace linchpin
