// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/batch.hpp"

#include "bpf/syscall.hpp"

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI::detail {

static_assert(static_cast<int>(batch_command::lookup) == BPF_MAP_LOOKUP_BATCH);
static_assert(static_cast<int>(batch_command::update) == BPF_MAP_UPDATE_BATCH);
static_assert(static_cast<int>(batch_command::erase) == BPF_MAP_DELETE_BATCH);

bool batch_reads_each_once(uapi::map_type type) noexcept {
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

bool means_no_batch(int errno_value) noexcept {
  constexpr int kernel_enotsupp = 524;
  return errno_value == kernel_enotsupp || errno_value == EINVAL || errno_value == EOPNOTSUPP;
}

int batch_call(batch_command command, batch_arguments& arguments) noexcept {
  return sys_bpf(static_cast<bpf_cmd>(command), &arguments, sizeof arguments);
}

}  // namespace linchpin::detail
