// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>

#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// Which capabilities the calling thread may use for bpf(2) at this moment. This changes while a
/// process runs, unlike what a kernel can do: a service may give up capabilities, or raise them.
///
/// An answer that is unknown is no reason to refuse anything.
///
/// kernel: a capability counts in the initial user namespace only. CAP_SYS_ADMIN stands for CAP_BPF
///   and CAP_PERFMON. It stands for CAP_NET_ADMIN in some calls only: a thread with CAP_SYS_ADMIN
///   alone has an unknown `net_admin`.
struct thread_privileges {
  answer bpf;        ///< CAP_BPF: create maps, load programs
  answer net_admin;  ///< CAP_NET_ADMIN: load programs for the network, attach them, list them
  answer perfmon;    ///< CAP_PERFMON: load programs that trace
  /// The sysctl kernel.unprivileged_bpf_disabled is 0: everybody may create the common maps and
  /// load socket filters and cgroup_skb programs, though the verifier is stricter with them. It is
  /// read only when CAP_BPF is missing.
  bool bpf_for_all = false;
  /// The thread is not in the initial user namespace, so that none of its capabilities count.
  bool in_user_namespace = false;
  /// RLIMIT_MEMLOCK in bytes, where it is finite and this thread cannot raise it; otherwise 0.
  /// Kernels from 5.11 on charge no map to this limit, see `kernel_facts`.
  std::uint64_t memlock_bytes = 0;
  answer sys_admin{};  ///< CAP_SYS_ADMIN: enter another network namespace

  friend bool operator==(const thread_privileges&, const thread_privileges&) = default;
};

}  // namespace linchpin
