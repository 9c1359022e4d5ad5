// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/load_needs.hpp>
#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/core/detail/condition_of.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::hints {

using errno_table::kernel_enotsupp;

inline std::string to_grant(const std::string& missing) {
  const bool several = missing.find(',') != std::string::npos;
  return detail::composed(
      {"this thread lacks ", missing, "; run as root or grant ", several ? "them" : "it"});
}

// For EPERM of loading and creating: a capability is missing, lockdown forbids it, or a memory
// limit is used up.
inline std::string privilege_hint(const detail::capability_needs& first,
                                  const detail::capability_needs& at_most) {
  if (detail::in_user_namespace()) {
    return "run it in the initial user namespace: the capabilities of the one that it is in do not "
           "count here";
  }
  const auto held = detail::capabilities_of_thread();
  auto missing = detail::missing_capabilities(held, first);
  if (missing.empty()) missing = detail::missing_capabilities(held, at_most);
  if (!missing.empty()) return to_grant(missing);
  std::string hint = held.known ? "all capabilities that BPF asks for are there"
                                : "capabilities are unknown (no /proc)";
  const auto mode = detail::lockdown_mode();
  if (mode.empty()) {
    hint += "; kernel lockdown cannot be read (mount -t securityfs none /sys/kernel/security)";
  } else if (mode != "none") {
    hint += detail::composed(
        {"; kernel lockdown is '", mode, "', which refuses tracing, LSM and freplace programs"});
  }
  if (const auto limit = detail::memlock_limit(); limit != RLIM_INFINITY) {
    hint +=
        detail::composed({"; RLIMIT_MEMLOCK is ", limit / 1024,
                          " kB, to which kernels before 5.11 charge maps and programs: raise it"});
  }
  return hint;
}

inline std::string privilege_hint(bpf_request asked) {
  detail::capability_needs needs;
  needs.net_admin = asked != bpf_request::create_map && asked != bpf_request::access_map;
  // Only programs that trace, or compute with pointers, need CAP_PERFMON.
  auto at_most = needs;
  at_most.perfmon = asked == bpf_request::load_program;
  return privilege_hint(needs, at_most);
}

inline std::string permission_hint(bpf_request asked) {
  switch (asked) {
    case bpf_request::update_link:
      return "observe again: the program at the hook is not the one named as the old one";
    case bpf_request::access_map:
      return "the map is frozen or was opened for the other direction only; otherwise " +
             privilege_hint(asked);
    case bpf_request::create_link:
      return "on a cgroup: a program attached without ALLOW_MULTI here or above forbids links; "
             "otherwise " +
             privilege_hint(asked);
    case bpf_request::pin:
      return "the path must be on a bpffs and its names without dots; otherwise " +
             privilege_hint(asked);
    default:
      return privilege_hint(asked);
  }
}

inline std::string invalid_hint(bpf_request asked) {
  switch (asked) {
    case bpf_request::load_program:
      return "look for a program type, an expected attach type or an instruction that this kernel "
             "does not know";
    case bpf_request::create_link:
      return "look for an attach type or a flag that this kernel does not know, and what attach "
             "type "
             "the program was loaded for";
    case bpf_request::update_link:
      return "compare the new program's type and expected attach type with those of the old one; "
             "some kinds of links cannot be updated";
    case bpf_request::access_map:
      return "look for a flag, a key or an operation that this map type does not take";
    case bpf_request::test_run:
      return "give a packet of at least an Ethernet header (14 bytes), and no context that this "
             "type "
             "does not take";
    default:
      return {};
  }
}

inline std::string full_hint(bpf_request asked) {
  switch (asked) {
    case bpf_request::access_map:
      return "raise max_entries, or erase entries: the map has no room";
    case bpf_request::create_link:
      return "detach one first: the hook takes no more programs (64 on a cgroup or netns, 1 for "
             "flow_dissector)";
    case bpf_request::load_program:
      return "make the program smaller: it is too large for the verifier";
    default:
      return {};
  }
}

// The hint for an errno that has one at a single request only.
inline std::string hint_for(bpf_request request, bpf_request asked, const char* hint) {
  return request == asked ? hint : "";
}

}  // namespace detail::hints

inline std::string errno_hint(int errno_value, bpf_request asked) {
  switch (errno_value) {
    case EPERM:
      return detail::hints::permission_hint(asked);
    case EACCES:
      return asked == bpf_request::load_program
                 ? "read the verifier's log, which says why it refuses the program"
                 : "look at file modes and at the LSM: one of them denies it";
    case EINVAL:
      return detail::hints::invalid_hint(asked);
    case E2BIG:
    case ENOSPC:
      return detail::hints::full_hint(asked);
    case ERANGE:
      return detail::hints::hint_for(bpf_request::create_link, asked,
                                     "detach one first: the hook takes no more programs (63 for "
                                     "tcx)");
    case ENOLINK:
      return "close the link: the interface, cgroup or netns behind it is gone, or somebody "
             "detached "
             "it";
    case EBUSY:
      return detail::hints::hint_for(bpf_request::create_link, asked,
                                     "find the program that holds this hook, or wait (after a "
                                     "detach, XDP stays busy for a grace period)");
    case ENOMEM:
      return "raise the memory limit of the cgroup, or free memory of the machine: one of them is "
             "used up";
    case EOPNOTSUPP:
    case detail::hints::kernel_enotsupp:
      return "use another kernel, map type or device: this one does not implement it";
    case ENOENT:
      return detail::hints::hint_for(bpf_request::pin, asked,
                                     "make the directory, below a bpffs that is mounted");
    default:
      return {};
  }
}

inline std::string errno_hint(int errno_value, uapi::program_type refused) {
  if (errno_value != EPERM) return errno_hint(errno_value, bpf_request::load_program);
  const auto needs = detail::needs_to_load(refused, false);
  auto at_most = needs;
  at_most.perfmon = true;
  return detail::hints::privilege_hint(needs, at_most);
}

}  // namespace linchpin
