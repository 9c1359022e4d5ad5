// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>

#include <linchpin/core/detail/errno_symbol.hpp>

#include <array>
#include <cerrno>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::errno_table {

inline constexpr int kernel_enotsupp = 524;  // include/linux/errno.h: ENOTSUPP leaks to user space

// libbpf's own numbers, in their sequence (bpf/libbpf.h: enum libbpf_errno).
struct libbpf_number {
  std::string_view name;
  errc condition;
};
inline constexpr int first_libbpf_number = 4000;
inline constexpr std::array libbpf_numbers{
    libbpf_number{"LIBBPF_ERRNO__LIBELF", errc::bad_format},
    libbpf_number{"LIBBPF_ERRNO__FORMAT", errc::bad_format},
    libbpf_number{"LIBBPF_ERRNO__KVERSION", errc::unsupported},
    libbpf_number{"LIBBPF_ERRNO__ENDIAN", errc::bad_format},
    libbpf_number{"LIBBPF_ERRNO__INTERNAL", errc::failed},
    libbpf_number{"LIBBPF_ERRNO__RELOC", errc::bad_format},
    libbpf_number{"LIBBPF_ERRNO__LOAD", errc::failed},
    libbpf_number{"LIBBPF_ERRNO__VERIFY", errc::rejected},
    libbpf_number{"LIBBPF_ERRNO__PROG2BIG", errc::full},
    libbpf_number{"LIBBPF_ERRNO__KVER", errc::unsupported},
    libbpf_number{"LIBBPF_ERRNO__PROGTYPE", errc::unsupported},
    libbpf_number{"LIBBPF_ERRNO__WRNGPID", errc::failed},
    libbpf_number{"LIBBPF_ERRNO__INVSEQ", errc::failed},
    libbpf_number{"LIBBPF_ERRNO__NLPARSE", errc::failed},
};
inline const libbpf_number* find_libbpf_number(int value) noexcept {
  const auto index = static_cast<std::size_t>(value - first_libbpf_number);
  if (value < first_libbpf_number || index >= libbpf_numbers.size()) return nullptr;
  return &libbpf_numbers[index];
}

}  // namespace detail::errno_table

inline errc detail::condition_of(int errno_value) noexcept {
  switch (errno_value) {
    case EINVAL:
    case EBADF:
    case EFAULT:
    case EDOM:
    case ERANGE:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      return errc::invalid_argument;
    case EPERM:
    case EACCES:
    case EROFS:
      return errc::permission_denied;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ESRCH:
      return errc::not_found;
    case EEXIST:
      return errc::already_exists;
    case EBUSY:
      return errc::busy;
    case ESTALE:
      return errc::conflict;
    case ENOLINK:
      return errc::detached;
    case E2BIG:
    case ENOSPC:
      return errc::full;
    case EOPNOTSUPP:
    case ENOSYS:
    case errno_table::kernel_enotsupp:
      return errc::unsupported;
    case EINTR:
      return errc::in_doubt;
    case ENOMEM:
      return errc::out_of_memory;
    case EMFILE:
    case ENFILE:
      return errc::too_many_files;
    case EIO:
      return errc::io;
    case EAGAIN:
      return errc::not_now;
    default:
      break;
  }
  const auto* of_libbpf = detail::errno_table::find_libbpf_number(errno_value);
  return of_libbpf == nullptr ? errc::failed : of_libbpf->condition;
}

inline std::string_view errno_name(int errno_value) noexcept {
  if (errno_value == detail::errno_table::kernel_enotsupp) return "ENOTSUPP";
  if (const auto* of_libbpf = detail::errno_table::find_libbpf_number(errno_value))
    return of_libbpf->name;
  const auto name = detail::errno_symbol(errno_value);
  return name.empty() ? "unknown errno" : name;
}

}  // namespace linchpin
