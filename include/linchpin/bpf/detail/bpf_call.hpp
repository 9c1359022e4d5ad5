// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

// Arguments of bpf(2) that the oldest supported headers and libbpf do not have completely. The
// kernel takes arguments of any length if it knows all that is not zero. The short structures below
// therefore work on every kernel, and the long ones wherever the fields that the kernel does not
// know are zero.
//
// source: include/uapi/linux/bpf.h, union bpf_attr

namespace linchpin::inline LINCHPIN_ABI::detail {

/// bpf(2). returns: 0 or a new descriptor; a negated errno on failure.
///
/// Inline, as everything around calls that are made once for each hook: after a system call the CPU
/// mispredicts each return, so that every level of calls costs time.
inline int sys_bpf(bpf_cmd command, void* attributes, std::uint32_t size) noexcept {
  const auto got = static_cast<int>(::syscall(__NR_bpf, command, attributes, size));
  return got >= 0 ? got : -errno;
}

[[nodiscard]] inline std::uint64_t address(const void* pointer) noexcept {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

[[nodiscard]] inline std::uint32_t number(fd_ref fd) noexcept {
  return static_cast<std::uint32_t>(fd.native());
}

// Flags of BPF_LINK_CREATE and BPF_LINK_UPDATE.
inline constexpr std::uint32_t flag_replace = 1U << 2;  // BPF_F_REPLACE
inline constexpr std::uint32_t flag_before = 1U << 3;   // BPF_F_BEFORE
inline constexpr std::uint32_t flag_after = 1U << 4;    // BPF_F_AFTER
inline constexpr std::uint32_t flag_id = 1U << 5;       // BPF_F_ID
inline constexpr std::uint32_t flag_link = 1U << 13;    // BPF_F_LINK

struct link_create_arguments {
  std::uint32_t program_fd = 0;
  std::uint32_t target = 0;  // an fd or an ifindex
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
  std::uint32_t relative = 0;  // an fd or, with flag_id, an id
  std::uint32_t padding = 0;
  std::uint64_t expected_revision = 0;
};
static_assert(sizeof(link_create_arguments) == 32);

struct link_update_arguments {
  std::uint32_t link_fd = 0;
  std::uint32_t new_program_fd = 0;
  std::uint32_t flags = 0;
  std::uint32_t old_program_fd = 0;
};

struct link_detach_arguments {
  std::uint32_t link_fd = 0;
};

struct query_arguments {
  std::uint32_t target = 0;  // an fd or an ifindex
  std::uint32_t attach_type = 0;
  std::uint32_t query_flags = 0;
  std::uint32_t attach_flags = 0;
  std::uint64_t program_ids = 0;
  std::uint32_t count = 0;
  std::uint32_t padding = 0;
  std::uint64_t program_attach_flags = 0;
  std::uint64_t link_ids = 0;
  std::uint64_t link_attach_flags = 0;
  std::uint64_t revision = 0;
};
static_assert(sizeof(query_arguments) == 64 && offsetof(query_arguments, revision) == 56);

struct pin_arguments {
  std::uint64_t path = 0;
  std::uint32_t fd = 0;
  std::uint32_t file_flags = 0;
};

struct info_arguments {
  std::uint32_t fd = 0;
  std::uint32_t length = 0;
  std::uint64_t info = 0;
};

struct id_arguments {
  std::uint32_t id = 0;
  std::uint32_t next = 0;
  std::uint32_t open_flags = 0;
};

/// One bpf(2). returns: what the kernel returned; -1 with errno set on failure.
template <class Arguments>
int bpf_call(bpf_cmd command, Arguments& arguments) noexcept {
  static_assert(std::is_standard_layout_v<Arguments>);
  const int got = sys_bpf(command, &arguments, static_cast<std::uint32_t>(sizeof arguments));
  if (got >= 0) return got;
  errno = -got;
  return -1;
}

/// A file descriptor as bpf(2) takes it.
inline std::uint32_t fd_argument(int number) noexcept {
  return static_cast<std::uint32_t>(number);
}

}  // namespace linchpin::detail
