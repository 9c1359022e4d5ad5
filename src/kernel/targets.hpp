// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Finds what names mean, and remembers between names what they share: one socket, the calling
/// thread's netns, the mounts that were found to be cgroup2.
class target_resolver {
 public:
  /// returns: nothing where there is no such thing
  /// cost: 1 syscall for a cgroup, 1 for an interface, 4 for a netns file; beside that once for
  ///   each resolver: 1 for each cgroup2 mount met, 3 when there is an interface
  [[nodiscard]] result<std::optional<target_identity>> resolve(const target& wanted);

 private:
  result<std::optional<target_identity>> resolve_cgroup(const std::string& path);
  result<std::optional<target_identity>> resolve_interface(const std::string& name);
  result<std::optional<target_identity>> resolve_netns(const std::string& path);
  result<void> find_own_netns();

  struct netns_file {
    netns_inode inode;
    std::uint64_t device;
  };
  unique_fd socket_;
  std::optional<netns_file> own_netns_;
  std::optional<int> cgroup2_mount_;
};

/// The file system type of cgroup v2, as statfs(2) tells it.
inline constexpr long cgroup2_magic = 0x63677270;

/// The file of the calling thread's network namespace.
inline constexpr const char* own_netns_path = "/proc/thread-self/ns/net";

/// Opens the cgroup directory or netns file of a target, and makes sure that it still is the thing
/// of that identity (an empty identity takes what the name means).
/// errors: not_found; conflict when the name has come to mean another thing
[[nodiscard]] result<unique_fd> open_target(std::string_view operation, std::string_view subject,
                                            const attach_point& at);

/// The ifindex of an attach point, after making sure that the calling thread is in the netns where
/// it counts.
/// errors: not_found; conflict
[[nodiscard]] result<std::uint32_t> interface_of(std::string_view operation,
                                                 std::string_view subject, const attach_point& at);

/// The name of an interface in the calling thread's netns, if it is there.
[[nodiscard]] result<std::optional<std::string>> interface_name(const target_identity& which);

/// The names of all interfaces in the calling thread's netns.
[[nodiscard]] result<std::vector<std::string>> interface_names();

/// Whether the calling thread's netns has an interface of that index.
[[nodiscard]] bool interface_exists(std::uint32_t index) noexcept;

}  // namespace linchpin::detail
