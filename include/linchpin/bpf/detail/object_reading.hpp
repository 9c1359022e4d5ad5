// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::sources {

class open_file {
 public:
  explicit open_file(const std::string& path) noexcept
      // Without O_NONBLOCK, opening a FIFO would wait until somebody writes to it.
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

// An object that a compiler wrote has some megabytes with its debug information. A sparse file of
// terabytes takes no room on a disk, but would be read whole into memory.
inline constexpr off_t largest_object = off_t{256} << 20;

inline error cannot_read(int errno_value, const std::string& path) {
  auto cause = error::from_errno(errno_value, "read object", path);
  // The path leads through a file or in a circle: that is wrong with the source, not with the call.
  if (cause.is(errc::invalid_argument)) return std::move(cause).as(errc::bad_format);
  return cause;
}

inline result<std::vector<std::byte>> read_file(const std::string& path) {
  const open_file file{path};
  struct stat status {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) return cannot_read(errno, path);
  if (!S_ISREG(status.st_mode)) {
    return error{errc::bad_format, "read object", path}
        .expected("a regular file")
        .found(S_ISDIR(status.st_mode) ? "a directory" : "a device, pipe or socket");
  }
  if (status.st_size > largest_object) {
    return error{errc::bad_format, "read object", path}
        .expected("at most 256 MiB, more than any object has")
        .found(std::to_string(status.st_size) + " bytes");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.fd(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(errno, path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace detail::sources

inline result<std::vector<std::byte>> object_source::read_bytes() const {
  if (is_file_) return detail::sources::read_file(name_);
  return std::vector<std::byte>{bytes_.begin(), bytes_.end()};
}

inline result<object_image> object_source::read() const {
  LINCHPIN_TRY(auto bytes, read_bytes());
  return object_image::parse(name_, std::move(bytes));
}

}  // namespace linchpin
