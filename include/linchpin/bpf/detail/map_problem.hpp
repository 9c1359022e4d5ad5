// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cerrno>

#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

inline std::string shape_problem(const map_spec& asked) {
  constexpr std::uint32_t no_prealloc = 1U << 0;
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
  const bool prealloc = (asked.flags & no_prealloc) == 0;
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
