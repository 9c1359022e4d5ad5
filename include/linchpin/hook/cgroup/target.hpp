// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/target.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The type that statfs(2) reports for a cgroup v2 file system.
inline constexpr long cgroup2_magic = 0x63677270;
inline constexpr int kernfs_handle = 0xfe;  // FILEID_KERNFS: the handle is the 64-bit node id

// struct file_handle with room for a kernfs node id. A file with a longer handle is no cgroup.
struct cgroup_handle {
  unsigned int length = sizeof id;
  int type = 0;
  std::uint64_t id = 0;
};
static_assert(sizeof(cgroup_handle) == sizeof(file_handle) + sizeof(std::uint64_t));

struct cgroup_place {
  std::uint64_t id = 0;
  int mount = 0;
};

// returns: 0 or errno
inline int find_cgroup(int directory, const char* path, int flags, cgroup_place& place) noexcept {
  cgroup_handle block;
  if (::name_to_handle_at(directory, path, reinterpret_cast<file_handle*>(&block), &place.mount,
                          flags) != 0) {
    return errno;
  }
  if (block.type != kernfs_handle) return EOPNOTSUPP;
  place.id = block.id;
  return 0;
}

inline error not_cgroup2(const std::string& path) {
  return error{errc::unsupported, resolving, fmt::format("cgroup {}", path)}
      .expected("a directory of a cgroup v2 hierarchy")
      .found("another file system")
      .advice("BPF attaches to cgroup v2 only; look for its mount with: findmnt -t cgroup2");
}

/// cost: 1 syscall, and 1 for each cgroup2 mount met
[[nodiscard]] inline result<std::optional<target_identity>> resolve_cgroup(
    target_lookup& shared, const std::string& path) {
  // The slash at the end makes the kernel refuse the files inside a cgroup, which have ids as well.
  cgroup_place place;
  const int cause = find_cgroup(AT_FDCWD, (path + "/").c_str(), 0, place);
  const auto subject = [&path] { return fmt::format("cgroup {}", path); };
  switch (cause) {
    case 0:
      break;
    case ENOENT:
    case ENODEV:
      return std::optional<target_identity>{};
    case EOPNOTSUPP:
    case EOVERFLOW:
      return not_cgroup2(path);
    case ENOTDIR:
      return error{errc::unsupported, resolving, subject()}
          .expected("a cgroup directory")
          .found("a file");
    default:
      return kernel_error(cause, resolving, subject());
  }
  if (place.mount != shared.cgroup2_mount) {
    // Version 1 hierarchies hand out the same kind of handle.
    struct statfs about {};
    if (::statfs(path.c_str(), &about) != 0) {
      if (errno == ENOENT || errno == ENODEV) return std::optional<target_identity>{};
      return kernel_error(errno, resolving, subject());
    }
    if (static_cast<long>(about.f_type) != cgroup2_magic) return not_cgroup2(path);
    shared.cgroup2_mount = place.mount;
  }
  return std::optional{target_identity{hook::cgroup_target, place.id, {}}};
}

/// Opens the cgroup directory of a target, and makes sure that it still has the expected identity.
/// An empty identity accepts whatever the name means.
/// errors: not_found; conflict when the name means another cgroup than expected
[[nodiscard]] inline result<unique_fd> open_cgroup(std::string_view what, std::string_view subject,
                                                   const attach_point& at) {
  auto open = unique_fd::adopt(::open(at.on.name.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (!open) return kernel_error(errno, what, subject);
  if (at.identity.id == 0) return open;
  cgroup_place place;
  const int cause = find_cgroup(open.native(), "", AT_EMPTY_PATH, place);
  if (cause != 0) return kernel_error(cause, what, subject);
  if (place.id != at.identity.id) return other_identity(what, subject, at.identity.id, place.id);
  return open;
}

}  // namespace linchpin::detail
