// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/fd.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/process_id.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/bpffs.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include "kernel/nested_store.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

std::string path_through(handle_ref lock) {
  return fmt::format("/proc/self/fd/{}", lock.number);
}

namespace {

constexpr std::string_view locking = "lock store";
constexpr std::string_view checking = "check store lock";

// Looks for another store around this one before anything is made.
result<void> check_place(const std::string& directory) {
  std::string existing = directory;
  struct stat about {};
  while (::stat(existing.c_str(), &about) != 0) {
    if (errno != ENOENT || existing == "/") return {};
    existing = detail::parent_of(existing);
  }
  if (existing == directory) return {};
  const auto open = unique_fd::adopt(::open(existing.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open || !detail::check_on_bpffs(locking, existing)) return {};
  return detail::refuse_store_at_or_above(locking, directory, open.native());
}

// Whether a path names a directory. While that one is open, no other gets its number.
bool names(const std::string& path, std::uint64_t device, std::uint64_t inode) noexcept {
  struct stat named {};
  return ::stat(path.c_str(), &named) == 0 && named.st_dev == device && named.st_ino == inode;
}

}  // namespace

result<handle> live_kernel::lock(const std::string& directory) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    LINCHPIN_CHECK(check_place(directory));
    if (auto made = detail::make_directories(locking, directory); !made) {
      // It may have been a directory above that was in the way.
      if (made.error().subject() == directory) return std::move(made).error();
      return std::move(made).error().about(directory);
    }
    auto open = unique_fd::adopt(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!open) {
      if (errno == ENOENT) continue;  // removed since, by a remover that held the lock
      return detail::kernel_error(errno, locking, directory);
    }
    if (::flock(open.native(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return detail::kernel_error(errno, locking, directory);
      const auto holder = detail::lock_holder_text(open.native());
      return error{errc::busy, locking, directory}
          .expected("nobody working on this store")
          .found(holder)
          .advice(holder.starts_with("this process")
                      ? "use the orchestrator that has it, or end that one first"
                      : "wait until it is done, or end it; the lock goes with the process");
    }
    struct stat locked {};
    if (::fstat(open.native(), &locked) != 0) {
      return detail::kernel_error(errno, locking, directory);
    }
    if (!names(directory, locked.st_dev, locked.st_ino)) continue;
    // Look around only after taking the lock: of two processes that lock stores inside each other at
    // the same time, the later one then sees the lock of the earlier one.
    LINCHPIN_CHECK(detail::refuse_store_above(locking, directory, open.native()));
    LINCHPIN_CHECK(detail::refuse_store_below(locking, directory, open.native()));
    locks_.push_back({open.native(), detail::process_id(), locked.st_dev, locked.st_ino});
    return handle{*this, std::move(open).release()};
  }
  return error{errc::conflict, locking, directory}.found(
      "the directory is made and removed again "
      "and again by somebody else");
}

result<void> live_kernel::check_lock(handle_ref lock, const std::string& directory) {
  const auto held = std::find_if(locks_.begin(), locks_.end(), [lock](const held_lock& known) {
    return known.number == lock.number;
  });
  if (held == locks_.end()) {
    return error::from_errno(EBADF, checking, directory)
        .expected("the lock of a store")
        .found(fmt::format("descriptor {}", lock.number));
  }
  if (const int caller = detail::process_id(); held->pid != caller) {
    return error{errc::busy, checking, directory}
        .expected(fmt::format("the process that locked the store, pid {}", held->pid))
        .found(fmt::format("pid {}, forked from it", caller))
        .advice("let one process work on a store; open it in the child when the parent is done");
  }
  if (names(directory, held->device, held->inode)) return {};
  struct stat about {};
  const bool removed = ::fstat(lock.number, &about) == 0 && about.st_nlink == 0;
  const bool replaced = ::stat(directory.c_str(), &about) == 0;
  const auto own = removed ? std::string{"the locked directory was removed"}
                           : fmt::format("the locked directory stands at {}",
                                         detail::known_path(path_through(lock)));
  return error{errc::conflict, checking, directory}
      .expected("the directory that this process locked")
      .found(fmt::format("{}; {}", replaced ? "another directory" : "nothing there", own))
      .advice(
          "open the store again: somebody removed or renamed it while it was in use; nothing more "
          "is written, and what is attached goes on running");
}

}  // namespace linchpin
