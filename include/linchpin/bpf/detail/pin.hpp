// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <string>
#include <string_view>

#include <linux/magic.h>
#include <sys/vfs.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// BPF_OBJ_PIN with a hint for each errno.
/// errors: unsupported for a path in no bpffs; invalid_argument for a name with a dot, and for an
///   empty path; others by errno.
[[nodiscard]] result<void> pin_object(fd_ref fd, const std::string& path);
/// BPF_OBJ_GET, and the kind checked.
[[nodiscard]] result<unique_fd> open_pinned(const std::string& path, object_kind wanted);

namespace pinning {

// What is known of the place of a path that could not be pinned or opened.
struct place {
  std::string above;  // the deepest directory above it that exists and can be looked at
  bool in_bpffs = false;
};

inline place place_of(const std::string& path) {
  std::string above = path;
  struct statfs about {};
  do {
    const auto slash = above.rfind('/');
    if (slash == std::string::npos) {
      above.assign(1, '.');
    } else {
      above.resize(slash == 0 ? 1 : slash);
    }
    if (::statfs(above.c_str(), &about) == 0) {
      return {above, static_cast<unsigned long>(about.f_type) == BPF_FS_MAGIC};
    }
  } while (above != "/" && above != ".");
  return {above, false};
}

inline error no_path(std::string_view operation) {
  return error{errc::invalid_argument, operation, "\"\""}
      .expected("a path in a bpffs")
      .found("an empty path");
}

inline error in_no_bpffs(error made, const std::string& path) {
  return std::move(made)
      .found(composed({path, " is in no bpffs"}))
      .advice("mount -t bpf bpf /sys/fs/bpf, and take a path below that");
}

}  // namespace pinning

inline result<void> pin_object(fd_ref fd, const std::string& path) {
  if (path.empty()) return pinning::no_path("pin");
  // The kernel would answer EINVAL.
  if (!fd) return error{errc::invalid_argument, "pin", path}.found(found_no_descriptor);
  const int got = pin_fd(fd, path);
  if (got >= 0) return {};
  auto failed = error::from_errno(-got, "pin", path);
  if (got == -EPERM || got == -ENOENT) {
    const auto where = pinning::place_of(path);
    if (!where.in_bpffs) {
      return pinning::in_no_bpffs(std::move(failed).as(errc::unsupported), path);
    }
    if (got == -EPERM && path.find('.', where.above.size()) != std::string::npos) {
      return std::move(failed)
          .as(errc::invalid_argument)
          .found(composed({"a name with a dot below ", where.above}))
          .advice("take names without dots: a bpffs keeps those for itself");
    }
  }
  return std::move(failed).advice(errno_hint(-got, bpf_request::pin));
}

inline result<unique_fd> open_pinned(const std::string& path, object_kind wanted) {
  if (path.empty()) return pinning::no_path("open pin");
  const int got = open_pin(path);
  if (got < 0) {
    auto failed = error::from_errno(-got, "open pin", path);
    // EACCES is also what the kernel answers for a file that is nothing pinned.
    if ((got == -EPERM || got == -ENOENT || got == -EACCES) && !pinning::place_of(path).in_bpffs) {
      return pinning::in_no_bpffs(std::move(failed), path);
    }
    return std::move(failed).advice(errno_hint(-got, bpf_request::open_pin));
  }
  auto fd = unique_fd::adopt(got);
  LINCHPIN_CHECK(check_kind(fd.ref(), wanted, path));
  return fd;
}

}  // namespace linchpin::detail
