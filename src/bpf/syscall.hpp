// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// bpf(2). returns: 0 or a new descriptor; a negated errno on failure.
///
/// Inline, like all that stands around calls made once for each hook: after a system call the CPU
/// has forgotten where functions return to, and every level costs it a wrong guess.
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

enum class object_kind : std::uint8_t { program, map, link, btf };

/// Whether a descriptor is of the wanted kind of BPF object, by its name in /proc/self/fd: the kernel
/// opens a pin or describes a descriptor without telling what it is.
/// errors: wrong_type when it is of none or another.
[[nodiscard]] result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject);

/// BPF_OBJ_PIN with a hint for each errno.
[[nodiscard]] result<void> pin_object(fd_ref fd, const std::string& path);
/// BPF_OBJ_GET, and the kind checked.
[[nodiscard]] result<unique_fd> open_pinned(const std::string& path, object_kind wanted);
/// BPF_*_GET_FD_BY_ID
[[nodiscard]] result<unique_fd> open_by_id(std::uint32_t id, object_kind wanted);

/// BPF_OBJ_GET_INFO_BY_FD into a zeroed record.
/// \param[in,out] size of the place; then what this kernel's record has, as far as there was room
/// returns: 0 or a negated errno.
int read_info(fd_ref fd, void* record, std::uint32_t& size) noexcept;
int read_info(fd_ref fd, void* record, std::uint32_t&& size) noexcept;

}  // namespace linchpin::detail
