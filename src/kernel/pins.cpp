// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/bpffs.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

result<void> live_kernel::pin(handle_ref what, const std::string& path) {
  constexpr std::string_view operation = "pin";
  int cause = detail::pin_descriptor(what.number, path);
  if (cause == ENOENT) {
    LINCHPIN_CHECK(detail::make_directories(operation, detail::parent_of(path)));
    cause = detail::pin_descriptor(what.number, path);
  }
  if (cause == 0) return {};
  return detail::bpffs_error(cause, operation, path);
}

result<handle> live_kernel::open_pin(const std::string& path, pin_kind kind) {
  const int number = detail::open_pin(path);
  if (number >= 0) return handle{*this, number};
  const int cause = errno;
  if (cause == ENOENT) return handle{};
  return detail::bpffs_error(cause, fmt::format("open pinned {}", detail::pin_kind_text(kind)),
                             path);
}

result<void> live_kernel::rename_pin(const std::string& from, const std::string& to) {
  constexpr std::string_view operation = "rename pin";
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  const int cause = errno;
  if (cause == EPERM) return detail::bpffs_error(cause, operation, to);
  return detail::path_error(
      cause, operation, from,
      fmt::format("{} to {}", detail::known_path(from), detail::known_path(to)));
}

result<void> live_kernel::remove_pin(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  if (errno == EISDIR && (::rmdir(path.c_str()) == 0 || errno == ENOENT)) return {};
  return detail::path_error(errno, "remove pin", path);
}

result<std::vector<std::string>> live_kernel::list_pins(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const open = ::opendir(directory.c_str());
  if (open == nullptr) {
    if (errno == ENOENT) return names;
    return detail::path_error(errno, "list pins", directory);
  }
  errno = 0;
  while (const dirent* const entry = ::readdir(open)) {
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    names.push_back(entry->d_type == DT_DIR ? fmt::format("{}/", name) : std::string{name});
  }
  const int cause = errno;
  ::closedir(open);
  if (cause != 0) return detail::path_error(cause, "list pins", directory);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace linchpin
