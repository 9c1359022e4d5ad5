// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/fd.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include "core/try.hpp"
#include "kernel/bpffs.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/lock_table.hpp"
#include "kernel/text_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace linchpin {

namespace {

constexpr std::string_view operation = "lock store";

std::string holder_text(int directory) {
  struct stat about {};
  if (::fstat(directory, &about) != 0) return "another process";
  const auto table = detail::read_text_file("/proc/locks");
  if (!table) return "another process (/proc/locks cannot be read)";
  const auto pid =
      detail::flock_holder(*table, ::major(about.st_dev), ::minor(about.st_dev), about.st_ino);
  if (!pid) return "another process, not visible from this pid namespace";
  if (*pid == ::getpid()) return fmt::format("this process (pid {})", *pid);
  auto name = detail::read_text_file(fmt::format("/proc/{}/comm", *pid));
  if (!name) return fmt::format("a child of pid {}, which has ended", *pid);
  while (!name->empty() && name->back() == '\n') name->pop_back();
  return fmt::format("pid {} ({})", *pid, *name);
}

// Whether the path still names the directory that was locked.
bool still_named(int directory, const std::string& path) noexcept {
  struct stat locked {};
  struct stat named {};
  return ::fstat(directory, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

}  // namespace

result<handle> live_kernel::lock(const std::string& directory) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (auto made = detail::make_directories(operation, directory); !made) {
      // It may have been a directory above that was in the way.
      if (made.error().subject() == directory) return std::move(made).error();
      return std::move(made).error().about(directory);
    }
    auto open = unique_fd::adopt(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!open) {
      if (errno == ENOENT) continue;  // removed since, by a remover that held the lock
      return detail::kernel_error(errno, operation, directory);
    }
    if (::flock(open.native(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return detail::kernel_error(errno, operation, directory);
      return error{errc::busy, operation, directory}
          .expected("no other process working on this store")
          .found(holder_text(open.native()))
          .advice("wait until it is done, or end it; the lock goes with the process");
    }
    if (still_named(open.native(), directory)) return handle{*this, std::move(open).release()};
  }
  return error{errc::conflict, operation, directory}.found(
      "the directory is made and removed again "
      "and again by somebody else");
}

}  // namespace linchpin
