// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/driver/target.hpp>
#include <linchpin/hook/netns.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// cost: 4 syscalls for a netns file, and 1 the first time
[[nodiscard]] inline result<std::optional<target_identity>> resolve_netns(target_lookup& shared,
                                                                          const std::string& path) {
  LINCHPIN_CHECK(find_own_netns(shared));
  if (path.empty()) {
    return std::optional{target_identity{hook::netns_target, shared.own_netns->inode.value, {}}};
  }
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    // ESRCH: the path is in /proc, of a process that has ended.
    if (errno == ENOENT || errno == ESRCH) return std::optional<target_identity>{};
    return kernel_error(errno, resolving, fmt::format("netns {}", path));
  }
  // When a namespace is unmounted, the empty file that it was mounted on stays until somebody
  // removes it.
  if (about.st_dev != shared.own_netns->device) return std::optional<target_identity>{};
  const auto subject = fmt::format("netns {}", path);
  const auto file = unique_fd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return kernel_error(errno, resolving, subject);
  LINCHPIN_CHECK(check_is_netns(file.native(), resolving, subject));
  return std::optional{target_identity{hook::netns_target, about.st_ino, {}}};
}

/// Opens the netns file of a target, and makes sure that it still has the expected identity. An
/// empty identity accepts whatever the name means.
/// errors: not_found; conflict when the name means another namespace than expected
[[nodiscard]] inline result<unique_fd> open_netns(std::string_view what, std::string_view subject,
                                                  const attach_point& at) {
  const char* const path = at.on.name.empty() ? own_netns_path : at.on.name.c_str();
  auto open = unique_fd::adopt(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!open) return kernel_error(errno, what, subject);
  if (at.identity.id == 0) return open;
  struct stat about {};
  if (::fstat(open.native(), &about) != 0) return kernel_error(errno, what, subject);
  if (about.st_ino != at.identity.id) {
    return other_identity(what, subject, at.identity.id, about.st_ino);
  }
  return open;
}

}  // namespace linchpin::detail
