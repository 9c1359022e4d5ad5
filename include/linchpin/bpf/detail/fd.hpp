// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {
/// What an error found where the caller passed nothing.
inline constexpr const char* found_no_descriptor = "no descriptor (empty or moved-from)";
}  // namespace detail

inline result<unique_fd> unique_fd::duplicate(fd_ref original) {
  const int copy = ::fcntl(original.native(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    auto failed = error::from_errno(errno, "duplicate file descriptor");
    if (original) return failed;
    return std::move(failed).found(detail::found_no_descriptor);
  }
  return adopt(copy);
}

inline void unique_fd::close_quietly() noexcept {
  const int saved = errno;
  ::close(std::exchange(number_, -1));
  errno = saved;
}

inline result<void> unique_fd::close() && {
  if (number_ < 0) return {};
  // Linux has closed the descriptor whatever close(2) returns, EINTR included.
  if (::close(std::exchange(number_, -1)) == 0 || errno == EINTR) return {};
  return error::from_errno(errno, "close file descriptor");
}

}  // namespace linchpin
