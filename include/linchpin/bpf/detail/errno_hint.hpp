// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/load_needs.hpp>
#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cerrno>

#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::hints {

inline constexpr int kernel_enotsupp = 524;
inline constexpr std::uint32_t no_prealloc = 1U << 0;

inline std::string to_grant(const std::vector<std::string>& missing) {
  return detail::composed({"this thread lacks ", detail::list_of(missing, ", "),
                           "; run as root or grant ", missing.size() == 1 ? "it" : "them"});
}

// EPERM of loading and creating: a capability, lockdown, or memory charged to a limit.
inline std::string privilege_hint(const detail::capability_needs& first,
                                  const detail::capability_needs& at_most) {
  if (detail::in_user_namespace()) {
    return "run it in the initial user namespace: the capabilities of the one that it is in do not "
           "count here";
  }
  auto missing = detail::missing_capabilities(first);
  if (missing && !missing->empty()) return to_grant(*missing);
  missing = detail::missing_capabilities(at_most);
  if (missing && !missing->empty()) return to_grant(*missing);
  std::string hint = missing ? "all capabilities that BPF asks for are there"
                             : "capabilities are unknown (no /proc)";
  if (const auto mode = detail::lockdown_mode(); !mode) {
    hint += "; kernel lockdown cannot be read (mount -t securityfs none /sys/kernel/security)";
  } else if (*mode != "none") {
    hint += detail::composed(
        {"; kernel lockdown is '", *mode, "', which refuses tracing, LSM and freplace programs"});
  }
  if (const auto limit = detail::memlock_limit()) {
    hint +=
        detail::composed({"; RLIMIT_MEMLOCK is ", *limit / 1024,
                          " kB, to which kernels before 5.11 charge maps and programs: raise it"});
  }
  return hint;
}

inline std::string privilege_hint(bpf_request asked) {
  detail::capability_needs needs;
  needs.net_admin = asked != bpf_request::create_map && asked != bpf_request::access_map;
  // Few programs need it: those that trace, or compute with pointers.
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
      return asked == bpf_request::create_link
                 ? "detach one first: the hook takes no more programs (63 for tcx)"
                 : "";
    case ENOLINK:
      return "close the link: the interface, cgroup or netns behind it is gone, or somebody "
             "detached "
             "it";
    case EBUSY:
      return asked == bpf_request::create_link
                 ? "find the program that holds this hook, or wait (after a detach, XDP stays busy "
                   "for a grace period)"
                 : "";
    case ENOMEM:
      return "raise the memory limit of the cgroup, or free memory of the machine: one of them is "
             "used up";
    case EOPNOTSUPP:
    case detail::hints::kernel_enotsupp:
      return "use another kernel, map type or device: this one does not implement it";
    case ENOENT:
      return asked == bpf_request::pin ? "make the directory, below a bpffs that is mounted" : "";
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

inline std::string shape_problem(const map_spec& asked) {
  const auto is = [&asked](auto... types) { return ((asked.type == types) || ...); };
  using uapi::map_type;
  const bool storage = is(map_type::sk_storage, map_type::inode_storage, map_type::task_storage,
                          map_type::cgrp_storage);
  // kernel/bpf/local_storage.c: cgroup_storage_map_alloc
  const bool sizeless = storage || is(map_type::cgroup_storage, map_type::percpu_cgroup_storage);
  if (asked.max_entries == 0 && !sizeless) return "max_entries is 0";
  if (asked.max_entries != 0 && sizeless) {
    return detail::composed({"max_entries is ", asked.max_entries, ", local storage has none"});
  }
  const bool prealloc = (asked.flags & detail::hints::no_prealloc) == 0;
  if (is(map_type::lru_hash, map_type::lru_percpu_hash) && !prealloc) {
    return "flags: an LRU map does not take BPF_F_NO_PREALLOC";
  }
  if (storage && prealloc) return "flags: local storage needs BPF_F_NO_PREALLOC";
  if (is(map_type::lpm_trie) && prealloc) return "flags: an LPM trie needs BPF_F_NO_PREALLOC";
  if (is(map_type::array, map_type::percpu_array, map_type::prog_array) && asked.key_size != 4) {
    return detail::composed({"key_size is ", asked.key_size, ", an array's must be 4"});
  }
  const bool per_cpu = is(map_type::percpu_hash, map_type::percpu_array, map_type::lru_percpu_hash);
  constexpr std::uint32_t most_percpu_bytes = 32768;
  if (per_cpu && asked.value_size > most_percpu_bytes) {
    return detail::composed(
        {"value_size is ", asked.value_size, ", a per-CPU value's limit is ", most_percpu_bytes});
  }
  return {};
}

inline std::string errno_hint(int errno_value, const map_spec& refused) {
  if (errno_value == EPERM) return errno_hint(errno_value, bpf_request::create_map);
  if (auto problem = shape_problem(refused); !problem.empty()) return problem;
  if (refused.type == uapi::map_type::ringbuf || refused.type == uapi::map_type::user_ringbuf) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    const bool power_of_two = (refused.max_entries & (refused.max_entries - 1)) == 0;
    if (!power_of_two || refused.max_entries % page != 0) {
      return detail::composed({"max_entries is ", refused.max_entries,
                               ", a ring buffer's must be a power of two of pages"});
    }
  }
  if (errno_value == E2BIG) {
    return detail::composed({"max_entries ", refused.max_entries, " or value_size ",
                             refused.value_size, " is beyond what the kernel takes"});
  }
  if (errno_value == EINVAL) {
    return detail::composed({"the type ", name_of(refused.type), ", a flag of ",
                             detail::hex{refused.flags}, " or a size is not known to this kernel"});
  }
  return errno_hint(errno_value, bpf_request::create_map);
}

}  // namespace linchpin
