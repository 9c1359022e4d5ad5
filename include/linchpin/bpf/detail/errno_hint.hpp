// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/load_needs.hpp>
#include <linchpin/bpf/detail/memlock_charge.hpp>
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

// What this thread lacks of what was asked for. Where it has all of the first, the second is looked
// at. Empty where it lacks nothing, and where nobody can tell.
inline std::string lacking(const detail::capability_needs& first,
                           const detail::capability_needs& at_most) {
  if (detail::in_user_namespace()) {
    return "run it in the initial user namespace: the capabilities of the one that it is in do not "
           "count here";
  }
  const auto held = detail::capabilities_of_thread();
  auto missing = detail::missing_capabilities(held, first);
  if (missing.empty()) missing = detail::missing_capabilities(held, at_most);
  return missing.empty() ? std::string{} : to_grant(missing);
}

// For a thread that lacks nothing: what else the kernel answers with EPERM.
inline std::string not_by_capability(std::string_view more) {
  return detail::composed({detail::capabilities_of_thread().known
                               ? "this thread has all capabilities that the call takes"
                               : "the capabilities of this thread are unknown (no /proc)",
                           more, "; look whether an LSM or a seccomp filter denies it"});
}

inline std::string by_lockdown() {
  const auto mode = detail::lockdown_mode();
  if (mode == "none") return {};
  if (mode.empty()) {
    return "; kernel lockdown cannot be read (mount -t securityfs none /sys/kernel/security)";
  }
  return detail::composed(
      {"; kernel lockdown is '", mode, "', which refuses tracing, LSM and freplace programs"});
}

inline std::string by_memlock() {
  const auto limit = detail::memlock_limit();
  if (limit == RLIM_INFINITY || !detail::may_charge_memlock()) return {};
  return detail::composed({"; RLIMIT_MEMLOCK is ", limit / 1024,
                           " kB, to which kernels before 5.11 charge maps and programs: raise it"});
}

inline std::string create_map_hint(const detail::capability_needs& needs) {
  const auto missing = lacking(needs, needs);
  return missing.empty() ? not_by_capability(by_memlock()) : missing;
}

inline std::string load_hint(const detail::capability_needs& first,
                             const detail::capability_needs& at_most) {
  const auto missing = lacking(first, at_most);
  return missing.empty() ? not_by_capability(by_lockdown() + by_memlock()) : missing;
}

inline detail::capability_needs needs_of(bpf_request asked) {
  detail::capability_needs needs;
  switch (asked) {
    case bpf_request::open_id:
      return {false, false, false, true};
    case bpf_request::create_map:
    case bpf_request::access_map:
    case bpf_request::update_link:
    case bpf_request::detach_link:
    case bpf_request::pin:
    case bpf_request::open_pin:
    case bpf_request::read_info:
      needs.net_admin = false;
      return needs;
    default:
      return needs;
  }
}

// A cause that this request has of its own, and what this thread lacks if it lacks something.
inline std::string cause_or_lack(const char* cause, bpf_request asked) {
  const auto missing = lacking(needs_of(asked), needs_of(asked));
  return missing.empty() ? std::string{cause} : detail::composed({cause, "; otherwise ", missing});
}

inline std::string permission_hint(bpf_request asked) {
  const auto needs = needs_of(asked);
  switch (asked) {
    case bpf_request::load_program: {
      // Only programs that trace, or compute with pointers, need CAP_PERFMON.
      auto at_most = needs;
      at_most.perfmon = true;
      return load_hint(needs, at_most);
    }
    case bpf_request::update_link:
      return "observe again: the program at the hook is not the one named as the old one";
    case bpf_request::access_map:
      return cause_or_lack("the map is frozen or was opened for the other direction only", asked);
    case bpf_request::create_link:
      return cause_or_lack(
          "on a cgroup: a program attached without ALLOW_MULTI here or above forbids links", asked);
    case bpf_request::pin:
      return cause_or_lack("the path must be on a bpffs and its names without dots", asked);
    case bpf_request::create_map:
      return create_map_hint(needs);
    default: {
      const auto missing = lacking(needs, needs);
      return missing.empty() ? not_by_capability({}) : missing;
    }
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
    case bpf_request::detach_link:
      return "pass the descriptor of a link: this one is of something else";
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

inline std::string unsupported_hint(bpf_request asked) {
  return asked == bpf_request::detach_link
             ? "remove its pin and close it everywhere: this kind of link ends with its last owner "
               "only"
             : "use another kernel, map type or device: this one does not implement it";
}

inline std::string full_hint(bpf_request asked) {
  switch (asked) {
    case bpf_request::access_map:
      return "raise max_entries or erase entries: the map has no room, or it is an array that ends "
             "before this index";
    case bpf_request::create_link:
      return "detach one first: the hook takes no more programs (64 on a cgroup or netns, 1 for "
             "flow_dissector)";
    case bpf_request::load_program:
      return "make the program smaller: it is too large for the verifier";
    default:
      return {};
  }
}

// What a device and its driver answer at XDP, where they answer it for a reason of their own.
// source: net/core/dev.c: dev_xdp_attach; drivers/net/veth.c: veth_xdp_set
inline std::string xdp_hint(int errno_value) {
  switch (errno_value) {
    case ERANGE:
      return "lower the MTU of the device or of its peer, which is too large for XDP in the "
             "driver, or take xdp_mode::generic";
    case ENOSPC:
      return "give the device more queues, which are too few for XDP in the driver, or take "
             "xdp_mode::generic";
    case EEXIST:
      return "detach the program that runs there in the other mode, or at the device that this one "
             "is part of: both cannot run at the same time";
    case EINVAL:
      return "look for a flag that this kernel does not know, and for a setting of the device that "
             "its driver does not take with XDP (LRO, header split); xdp_mode::generic asks no "
             "driver";
    case EPERM:
      return permission_hint(bpf_request::attach_xdp);
    default:
      return errno_hint(errno_value, bpf_request::create_link);
  }
}

// The hint for an errno that has one at a single request only.
inline std::string hint_for(bpf_request request, bpf_request asked, const char* hint) {
  return request == asked ? hint : "";
}

// The hint for an errno that means the same at every request.
inline std::string hint_for_any(int errno_value) {
  switch (errno_value) {
    case EBADF:
    case EBADFD:
      return "pass an open descriptor: there is no descriptor (empty or moved-from), or it is "
             "closed";
    case ENOLINK:
      return "close the link: the interface, cgroup or netns behind it is gone, or somebody "
             "detached it";
    case ENOMEM:
      return "raise the memory limit of the cgroup, or free memory of the machine: one of them is "
             "used up";
    default:
      return {};
  }
}

}  // namespace detail::hints

inline std::string errno_hint(int errno_value, bpf_request asked) {
  if (asked == bpf_request::attach_xdp) return detail::hints::xdp_hint(errno_value);
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
    case EBUSY:
      return detail::hints::hint_for(bpf_request::create_link, asked,
                                     "find the program that holds this hook, or wait (after a "
                                     "detach, XDP stays busy for a grace period)");
    case ENOENT:
      return detail::hints::hint_for(bpf_request::pin, asked,
                                     "make the directory, below a bpffs that is mounted");
    case EOPNOTSUPP:
    case detail::hints::kernel_enotsupp:
      return detail::hints::unsupported_hint(asked);
    default:
      return detail::hints::hint_for_any(errno_value);
  }
}

inline std::string errno_hint(int errno_value, uapi::program_type refused) {
  if (errno_value != EPERM) return errno_hint(errno_value, bpf_request::load_program);
  const auto needs = detail::needs_to_load(refused, false);
  auto at_most = needs;
  at_most.perfmon = true;
  return detail::hints::load_hint(needs, at_most);
}

}  // namespace linchpin
