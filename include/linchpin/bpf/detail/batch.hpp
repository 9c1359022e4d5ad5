// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/core/uapi.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether lookup batches of a map type return each entry once. No for types that linchpin does not
/// know: the resizable hash of 7.2 loses entries.
[[nodiscard]] bool batch_reads_each_once(uapi::map_type type) noexcept;

/// Whether an errno of a batch command means that this kernel has no such command for the map type.
[[nodiscard]] bool means_no_batch(int errno_value) noexcept;

struct batch_arguments {
  std::uint64_t in_position = 0;
  std::uint64_t out_position = 0;
  std::uint64_t keys = 0;
  std::uint64_t values = 0;
  std::uint32_t count = 0;
  std::uint32_t map = 0;
  std::uint64_t element_flags = 0;
  std::uint64_t flags = 0;
};
static_assert(sizeof(batch_arguments) == 56);

enum class batch_command : int { lookup = 24, update = 26, erase = 27 };

/// returns: 0 or a negated errno; `count` is how many entries were done, where the command exists.
int batch_call(batch_command command, batch_arguments& arguments) noexcept;

static_assert(static_cast<int>(batch_command::lookup) == BPF_MAP_LOOKUP_BATCH);
static_assert(static_cast<int>(batch_command::update) == BPF_MAP_UPDATE_BATCH);
static_assert(static_cast<int>(batch_command::erase) == BPF_MAP_DELETE_BATCH);

inline bool batch_reads_each_once(uapi::map_type type) noexcept {
  switch (type) {
    case uapi::map_type::hash:
    case uapi::map_type::lru_hash:
    case uapi::map_type::percpu_hash:
    case uapi::map_type::lru_percpu_hash:
    case uapi::map_type::hash_of_maps:
    case uapi::map_type::array:
    case uapi::map_type::percpu_array:
      return true;
    default:
      return false;  // an LPM trie's batch walks by key inside and restarts as get_next_key does
  }
}

inline bool means_no_batch(int errno_value) noexcept {
  constexpr int kernel_enotsupp = 524;
  return errno_value == kernel_enotsupp || errno_value == EINVAL || errno_value == EOPNOTSUPP;
}

inline int batch_call(batch_command command, batch_arguments& arguments) noexcept {
  return sys_bpf(static_cast<bpf_cmd>(command), &arguments, sizeof arguments);
}

}  // namespace linchpin::detail
