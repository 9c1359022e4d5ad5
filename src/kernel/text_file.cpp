// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/text_file.hpp"

#include <linchpin/bpf/fd.hpp>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

std::optional<std::string> read_text_file(const std::string& path) {
  const auto file = unique_fd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t length = ::read(file.native(), part.data(), part.size());
    if (length == 0) return text;
    if (length < 0) {
      if (errno == EINTR) continue;
      return std::nullopt;
    }
    text.append(part.data(), static_cast<std::size_t>(length));
  }
}

}  // namespace linchpin::detail
