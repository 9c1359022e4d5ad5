// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/is_one_of.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cerrno>

#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::map_problems {

inline bool is_local_storage(uapi::map_type type) {
  using enum uapi::map_type;
  return is_one_of(type, {sk_storage, inode_storage, task_storage, cgrp_storage});
}

// source: kernel/bpf/local_storage.c: cgroup_storage_map_alloc
inline std::string entries_problem(const map_spec& asked) {
  using enum uapi::map_type;
  const bool sizeless = is_local_storage(asked.type) ||
                        is_one_of(asked.type, {cgroup_storage, percpu_cgroup_storage});
  if (asked.max_entries == 0 && !sizeless) return "max_entries is 0";
  if (asked.max_entries != 0 && sizeless) {
    return composed({"max_entries is ", asked.max_entries, ", local storage has none"});
  }
  return {};
}

inline std::string flags_problem(const map_spec& asked) {
  using enum uapi::map_type;
  constexpr std::uint32_t no_prealloc = 1U << 0;
  if ((asked.flags & no_prealloc) != 0) {
    const bool lru = is_one_of(asked.type, {lru_hash, lru_percpu_hash});
    return lru ? "flags: an LRU map does not take BPF_F_NO_PREALLOC" : "";
  }
  if (is_local_storage(asked.type)) return "flags: local storage needs BPF_F_NO_PREALLOC";
  if (asked.type == lpm_trie) return "flags: an LPM trie needs BPF_F_NO_PREALLOC";
  return {};
}

inline std::string size_problem(const map_spec& asked) {
  using enum uapi::map_type;
  if (is_one_of(asked.type, {array, percpu_array, prog_array}) && asked.key_size != 4) {
    return composed({"key_size is ", asked.key_size, ", an array's must be 4"});
  }
  const bool per_cpu = is_one_of(asked.type, {percpu_hash, percpu_array, lru_percpu_hash});
  constexpr std::uint32_t most_percpu_bytes = 32768;
  if (per_cpu && asked.value_size > most_percpu_bytes) {
    return composed(
        {"value_size is ", asked.value_size, ", a per-CPU value's limit is ", most_percpu_bytes});
  }
  return {};
}

}  // namespace detail::map_problems

inline std::string shape_problem(const map_spec& asked) {
  auto problem = detail::map_problems::entries_problem(asked);
  if (problem.empty()) problem = detail::map_problems::flags_problem(asked);
  if (problem.empty()) problem = detail::map_problems::size_problem(asked);
  return problem;
}

inline std::string errno_hint(int errno_value, const map_spec& refused) {
  if (errno_value == EPERM) {
    return detail::hints::create_map_hint(detail::needs_to_create(refused.type, false));
  }
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
