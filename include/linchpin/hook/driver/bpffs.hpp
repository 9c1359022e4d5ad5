// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/pin.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <linux/magic.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A path as people know it: "/sys/fs/bpf/edge/record" for "/proc/self/fd/7/record", as
/// `path_through` gives it. Any other path is returned as it is.
[[nodiscard]] std::string known_path(const std::string& path);

/// An error from the errno of a call on a path. It names the path as people know it, and says so
/// when the directory that the path goes through was removed.
/// \param subject what to name instead of the path; empty names the path
[[nodiscard]] error path_error(int errno_value, std::string_view operation, const std::string& path,
                               std::string_view subject = {});

/// An error from the errno of a call on a path in a bpffs. EPERM may mean that the name has a dot,
/// that the directory is in no bpffs, or that a privilege is missing: this finds out which.
[[nodiscard]] error bpffs_error(int errno_value, std::string_view operation,
                                const std::string& path);

/// `unsupported` with advice unless the path, which exists, is on a bpffs.
[[nodiscard]] result<void> check_on_bpffs(std::string_view operation, const std::string& path);

/// Makes a directory and whatever is missing above it, all of it on a bpffs.
/// errors: unsupported when the deepest directory that exists is not on a bpffs; nothing is made
///   then
[[nodiscard]] result<void> make_directories(std::string_view operation, const std::string& path);

/// "/sys/fs/bpf/edge" for "/sys/fs/bpf/edge/links"; "/" at the top
[[nodiscard]] std::string parent_of(const std::string& path);

/// Pins a descriptor.
/// returns: 0 or errno
[[nodiscard]] int pin_descriptor(int fd, const std::string& path) noexcept;

// A file system in words, for a path where a bpffs was expected.
inline std::string file_system_text(unsigned long magic) {
  switch (magic) {
    case SYSFS_MAGIC:
      return "sysfs: no bpffs is mounted there";
    case TMPFS_MAGIC:
      return "a tmpfs";
    default:
      return fmt::format("a file system of another type ({:#x})", magic);
  }
}

inline constexpr std::string_view removed_mark = " (deleted)";  // the kernel's own

// The parts of a path that goes through a directory which this process holds open.
struct held_path {
  std::string directory;  // as it is called at this moment; empty when the path is another one
  std::string below;      // "/record", or empty
  bool removed = false;
};

inline held_path take_apart(const std::string& path) {
  constexpr std::string_view through = "/proc/self/fd/";
  if (!path.starts_with(through)) return {};
  const auto end = std::min(path.find('/', through.size()), path.size());
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlink(path.substr(0, end).c_str(), text.data(), text.size());
  if (length <= 0) return {};
  held_path parts{{text.data(), static_cast<std::size_t>(length)}, path.substr(end), false};
  if (parts.directory.ends_with(removed_mark)) {
    parts.directory.resize(parts.directory.size() - removed_mark.size());
    parts.removed = true;
  }
  return parts;
}

inline std::string known_path(const std::string& path) {
  const auto parts = take_apart(path);
  return parts.directory.empty() ? path : parts.directory + parts.below;
}

inline error path_error(int errno_value, std::string_view operation, const std::string& path,
                        std::string_view subject) {
  const auto parts = take_apart(path);
  const auto known = parts.directory.empty() ? path : parts.directory + parts.below;
  auto made = kernel_error(errno_value, operation, subject.empty() ? known : subject);
  if (errno_value != ENOENT || !parts.removed) return made;
  return std::move(made)
      .found(fmt::format("{} was removed since this process locked it", parts.directory))
      .advice("nothing was written to what may stand there now; open the store again");
}

inline error bpffs_error(int errno_value, std::string_view operation, const std::string& path) {
  if (errno_value != EPERM) return path_error(errno_value, operation, path);
  const auto where = pinning::place_of(path);
  if (auto checked = check_on_bpffs(operation, where.above);
      !checked && checked.error().is(errc::unsupported)) {
    return std::move(checked).error();
  }
  if (where.in_bpffs && path.find('.', where.above.size()) != std::string::npos) {
    return error{errc::invalid_argument, operation, known_path(path)}
        .found(fmt::format("a dot below {}", known_path(where.above)))
        .expected("names without dots: a bpffs keeps those for itself");
  }
  return path_error(errno_value, operation, path);
}

inline result<void> check_on_bpffs(std::string_view operation, const std::string& path) {
  struct statfs about {};
  if (::statfs(path.c_str(), &about) != 0) return path_error(errno, operation, path);
  if (static_cast<unsigned long>(about.f_type) == BPF_FS_MAGIC) return {};
  return error{errc::unsupported, operation, known_path(path)}
      .expected("a directory on a bpffs")
      .found(file_system_text(static_cast<unsigned long>(about.f_type)))
      .advice("mount -t bpf bpf /sys/fs/bpf, or name a directory below a bpffs mount");
}

inline result<void> make_directories(std::string_view operation, const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    // The directory was made in a parent that exists. It is removed again if the parent is in no
    // bpffs.
    auto checked = check_on_bpffs(operation, path);
    if (!checked) ::rmdir(path.c_str());
    return checked;
  }
  const int cause = errno;
  if (cause == EEXIST) return check_on_bpffs(operation, path);
  if (cause == ENOENT && path != "/") {
    LINCHPIN_CHECK(make_directories(operation, parent_of(path)));
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return bpffs_error(errno, operation, path);
  }
  // A read-only file system has refused before anybody asked whether it is a bpffs.
  LINCHPIN_CHECK(check_on_bpffs(operation, parent_of(path)));
  return bpffs_error(cause, operation, path);
}

inline std::string parent_of(const std::string& path) {
  std::string_view rest{path};
  while (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  const auto slash = rest.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return "/";
  return std::string{rest.substr(0, slash)};
}

inline int pin_descriptor(int fd, const std::string& path) noexcept {
  return -pin_fd(fd_ref::borrow(fd), path);
}

}  // namespace linchpin::detail
