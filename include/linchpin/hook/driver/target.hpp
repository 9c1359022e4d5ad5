// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::string_view resolving = "resolve target";

/// The file of the calling thread's network namespace.
inline constexpr const char* own_netns_path = "/proc/thread-self/ns/net";

/// What several names that are resolved at once have in common. Each member is filled in when the
/// first name needs it.
struct target_lookup {
  unique_fd socket;                      ///< to ask for interfaces
  std::optional<netns_inode> own_netns;  ///< the calling thread's
  std::optional<int> cgroup2_mount;      ///< the mount that was last found to be cgroup2
};

[[nodiscard]] inline result<void> find_own_netns(target_lookup& shared) {
  if (shared.own_netns) return {};
  struct stat about {};
  if (::stat(own_netns_path, &about) != 0) return kernel_error(errno, resolving, own_netns_path);
  shared.own_netns = netns_inode{about.st_ino};
  return {};
}

/// The error for a target of the own network namespace, where the calling thread is in another one.
[[nodiscard]] inline error thread_is_elsewhere(std::string_view what, std::string_view subject,
                                               netns_inode wanted, netns_inode found) {
  return error{errc::conflict, what, subject}
      .expected(fmt::format("the calling thread in netns {}", wanted.value))
      .found(fmt::format("netns {}", found.value))
      .advice("call from a thread of that network namespace");
}

/// The error for a name that means another target than it did.
[[nodiscard]] inline error other_identity(std::string_view what, std::string_view subject,
                                          std::uint64_t wanted, std::uint64_t found) {
  return error{errc::conflict, what, subject}
      .expected(fmt::format("the target of id {}", wanted))
      .found(fmt::format("another one of that name, id {}", found));
}

}  // namespace linchpin::detail
