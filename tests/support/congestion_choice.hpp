// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <cerrno>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace footing {

/// Asks for a congestion control on a new TCP socket.
/// returns: errno; 0 where the kernel has the algorithm
[[nodiscard]] inline int ask_for_congestion_control(const std::string& algorithm) {
  const auto socket = linchpin::unique_fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  const int got = ::setsockopt(socket.native(), IPPROTO_TCP, TCP_CONGESTION, algorithm.data(),
                               static_cast<socklen_t>(algorithm.size()));
  return got == 0 ? 0 : errno;
}

}  // namespace footing
