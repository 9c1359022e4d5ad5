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

// libbpf's own numbers in ascending order, without gaps (bpf/libbpf.h: enum libbpf_errno).
struct libbpf_number {
  const char* name;
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

/// What an errno means when nothing more is known of the call. An errno that is not listed is
/// `errc::failed`.
struct meaning {
  int errno_value;
  errc condition;
};
inline constexpr meaning meanings[] = {
    {EINVAL, errc::invalid_argument},
    {EBADF, errc::invalid_argument},
    {EBADFD, errc::invalid_argument},
    {EFAULT, errc::invalid_argument},
    {EDOM, errc::invalid_argument},
    {ERANGE, errc::invalid_argument},
    {ENAMETOOLONG, errc::invalid_argument},
    {ENOTDIR, errc::invalid_argument},
    {EISDIR, errc::invalid_argument},
    {ELOOP, errc::invalid_argument},
    {EPERM, errc::permission_denied},
    {EACCES, errc::permission_denied},
    {EROFS, errc::permission_denied},
    {ENOENT, errc::not_found},
    {ENODEV, errc::not_found},
    {ENXIO, errc::not_found},
    {ESRCH, errc::not_found},
    {EEXIST, errc::already_exists},
    {EBUSY, errc::busy},
    {ESTALE, errc::conflict},
    {ENOLINK, errc::detached},
    {E2BIG, errc::full},
    {ENOSPC, errc::full},
    {EOPNOTSUPP, errc::unsupported},
    {ENOSYS, errc::unsupported},
    {kernel_enotsupp, errc::unsupported},
    {EINTR, errc::in_doubt},
    {ENOMEM, errc::out_of_memory},
    {EMFILE, errc::too_many_files},
    {ENFILE, errc::too_many_files},
    {EIO, errc::io},
    {EAGAIN, errc::not_now},
};

}  // namespace detail::errno_table

inline errc detail::condition_of(int errno_value) noexcept {
  for (const auto& known : errno_table::meanings) {
    if (known.errno_value == errno_value) return known.condition;
  }
  const auto* of_libbpf = errno_table::find_libbpf_number(errno_value);
  return of_libbpf == nullptr ? errc::failed : of_libbpf->condition;
}

inline std::string_view errno_name(int errno_value) noexcept {
  if (errno_value == detail::errno_table::kernel_enotsupp) return "ENOTSUPP";
  if (const auto* of_libbpf = detail::errno_table::find_libbpf_number(errno_value))
    return of_libbpf->name;
  const char* const name = detail::errno_symbol(errno_value);
  return name == nullptr ? "unknown errno" : name;
}

}  // namespace linchpin
