// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>

#include "bpf/load_needs.hpp"
#include "bpf/privilege.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr int kernel_enotsupp = 524;
constexpr std::uint32_t no_prealloc = 1U << 0;

std::string to_grant(const std::vector<std::string>& missing) {
  return fmt::format("this thread lacks {}; run as root or grant {}", fmt::join(missing, ", "),
                     missing.size() == 1 ? "it" : "them");
}

// EPERM of loading and creating: a capability, lockdown, or memory charged to a limit.
std::string privilege_hint(const detail::capability_needs& first,
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
    hint += fmt::format(
        "; kernel lockdown is '{}', which refuses tracing, LSM and freplace programs", *mode);
  }
  if (const auto limit = detail::memlock_limit()) {
    hint += fmt::format(
        "; RLIMIT_MEMLOCK is {} kB, to which kernels before 5.11 charge maps and programs: raise "
        "it",
        *limit / 1024);
  }
  return hint;
}

std::string privilege_hint(bpf_request asked) {
  detail::capability_needs needs;
  needs.net_admin = asked != bpf_request::create_map && asked != bpf_request::access_map;
  // Few programs need it: those that trace, or compute with pointers.
  auto at_most = needs;
  at_most.perfmon = asked == bpf_request::load_program;
  return privilege_hint(needs, at_most);
}

std::string permission_hint(bpf_request asked) {
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

std::string invalid_hint(bpf_request asked) {
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

std::string full_hint(bpf_request asked) {
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

}  // namespace

std::string errno_hint(int errno_value, bpf_request asked) {
  switch (errno_value) {
    case EPERM:
      return permission_hint(asked);
    case EACCES:
      return asked == bpf_request::load_program
                 ? "read the verifier's log, which says why it refuses the program"
                 : "look at file modes and at the LSM: one of them denies it";
    case EINVAL:
      return invalid_hint(asked);
    case E2BIG:
    case ENOSPC:
      return full_hint(asked);
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
    case kernel_enotsupp:
      return "use another kernel, map type or device: this one does not implement it";
    case ENOENT:
      return asked == bpf_request::pin ? "make the directory, below a bpffs that is mounted" : "";
    default:
      return {};
  }
}

std::string errno_hint(int errno_value, uapi::program_type refused) {
  if (errno_value != EPERM) return errno_hint(errno_value, bpf_request::load_program);
  const auto needs = detail::needs_to_load(refused, false);
  auto at_most = needs;
  at_most.perfmon = true;
  return privilege_hint(needs, at_most);
}

std::string shape_problem(const map_spec& asked) {
  const auto is = [&asked](auto... types) { return ((asked.type == types) || ...); };
  using uapi::map_type;
  const bool storage = is(map_type::sk_storage, map_type::inode_storage, map_type::task_storage,
                          map_type::cgrp_storage);
  // kernel/bpf/local_storage.c: cgroup_storage_map_alloc
  const bool sizeless = storage || is(map_type::cgroup_storage, map_type::percpu_cgroup_storage);
  if (asked.max_entries == 0 && !sizeless) return "max_entries is 0";
  if (asked.max_entries != 0 && sizeless) {
    return fmt::format("max_entries is {}, local storage has none", asked.max_entries);
  }
  const bool prealloc = (asked.flags & no_prealloc) == 0;
  if (is(map_type::lru_hash, map_type::lru_percpu_hash) && !prealloc) {
    return "flags: an LRU map does not take BPF_F_NO_PREALLOC";
  }
  if (storage && prealloc) return "flags: local storage needs BPF_F_NO_PREALLOC";
  if (is(map_type::lpm_trie) && prealloc) return "flags: an LPM trie needs BPF_F_NO_PREALLOC";
  if (is(map_type::array, map_type::percpu_array, map_type::prog_array) && asked.key_size != 4) {
    return fmt::format("key_size is {}, an array's must be 4", asked.key_size);
  }
  const bool per_cpu = is(map_type::percpu_hash, map_type::percpu_array, map_type::lru_percpu_hash);
  constexpr std::uint32_t most_percpu_bytes = 32768;
  if (per_cpu && asked.value_size > most_percpu_bytes) {
    return fmt::format("value_size is {}, a per-CPU value's limit is {}", asked.value_size,
                       most_percpu_bytes);
  }
  return {};
}

std::string errno_hint(int errno_value, const map_spec& refused) {
  if (errno_value == EPERM) return errno_hint(errno_value, bpf_request::create_map);
  if (auto problem = shape_problem(refused); !problem.empty()) return problem;
  if (refused.type == uapi::map_type::ringbuf || refused.type == uapi::map_type::user_ringbuf) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    const bool power_of_two = (refused.max_entries & (refused.max_entries - 1)) == 0;
    if (!power_of_two || refused.max_entries % page != 0) {
      return fmt::format("max_entries is {}, a ring buffer's must be a power of two of pages",
                         refused.max_entries);
    }
  }
  if (errno_value == E2BIG) {
    return fmt::format("max_entries {} or value_size {} is beyond what the kernel takes",
                       refused.max_entries, refused.value_size);
  }
  if (errno_value == EINVAL) {
    return fmt::format("the type {}, a flag of {:#x} or a size is not known to this kernel",
                       name_of(refused.type), refused.flags);
  }
  return errno_hint(errno_value, bpf_request::create_map);
}

}  // namespace linchpin
