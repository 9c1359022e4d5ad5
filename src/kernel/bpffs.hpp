// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include "kernel/bpf_call.hpp"

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A path as people know it: "/sys/fs/bpf/edge/record" for "/proc/self/fd/7/record", as
/// `path_through` gives it. Any other path is returned as it is.
[[nodiscard]] std::string known_path(const std::string& path);

/// From the errno of a call on a path, naming it as people know it, and saying so when the directory
/// that it goes through was removed.
/// \param subject what to name instead of the path; empty names the path
[[nodiscard]] error path_error(int errno_value, std::string_view operation, const std::string& path,
                               std::string_view subject = {});

/// From the errno of a call on a path. A bpffs says EPERM to a name with a dot, and any other file
/// system says EPERM to a pin; both are told apart here from a missing privilege.
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

/// Opens a pin.
/// returns: a descriptor, or -1 with errno set
[[nodiscard]] inline int open_pinned(const std::string& path) noexcept {
  pin_arguments arguments{address(path.c_str())};
  return bpf_call(BPF_OBJ_GET, arguments);
}

}  // namespace linchpin::detail
