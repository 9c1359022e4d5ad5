// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/core/privileges.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace privileges {

inline answer lacks(const char* capability) {
  return answer::no(std::string{"this thread does not have "} + capability);
}

// The limit counts only where it stays: libbpf raises it to infinity when it loads, where it may.
inline std::uint64_t binding_memlock(bool may_raise) {
  struct rlimit limit {};
  if (may_raise || ::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_max == RLIM_INFINITY ? 0 : limit.rlim_cur;
}

inline bool bpf_for_all() {
  std::string disabled;
  return read_small_file("/proc/sys/kernel/unprivileged_bpf_disabled", disabled) &&
         disabled == "0\n";
}

}  // namespace privileges

/// The privileges that the calling thread has at this moment.
/// cost: 8 syscalls, which read /proc; 4 more without CAP_BPF, 1 more without CAP_SYS_RESOURCE
[[nodiscard]] inline thread_privileges own_privileges() {
  const auto effective = capabilities_of_thread();
  if (!effective.known) {
    const auto not_known = answer::unknown("/proc/thread-self/status cannot be read");
    return {not_known, not_known, not_known, false, false, 0, not_known};
  }
  if (in_user_namespace()) {
    const auto none = answer::no(
        "this process is in a user namespace, whose capabilities do not count for bpf(2)");
    return {none, none, none, false, true, 0, none};
  }
  const bool everything = effective.have(CAP_SYS_ADMIN);
  thread_privileges held{answer::yes(), answer::yes(), answer::yes()};
  if (!everything && !effective.have(capability_bpf)) {
    held.bpf = privileges::lacks("CAP_BPF");
    held.bpf_for_all = privileges::bpf_for_all();
  }
  if (!effective.have(CAP_NET_ADMIN)) {
    held.net_admin = everything ? answer::unknown("CAP_SYS_ADMIN stands for it in some calls")
                                : privileges::lacks("CAP_NET_ADMIN");
  }
  if (!everything && !effective.have(capability_perfmon)) {
    held.perfmon = privileges::lacks("CAP_PERFMON");
  }
  held.sys_admin = everything ? answer::yes() : privileges::lacks("CAP_SYS_ADMIN");
  held.memlock_bytes = privileges::binding_memlock(effective.have(CAP_SYS_RESOURCE));
  return held;
}

}  // namespace linchpin::detail
