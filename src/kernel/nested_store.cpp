// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/nested_store.hpp"

#include <linchpin/bpf/fd.hpp>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/bpffs.hpp>
#include "kernel/blob_format.hpp"
#include "kernel/lock_table.hpp"
#include "kernel/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

bool is_generation(std::string_view name) noexcept {
  return name.starts_with("gen-") && name.size() > 4 &&
         std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string path_of(int directory) {
  return known_path(fmt::format("/proc/self/fd/{}", directory));
}

bool has_pin(int directory, const char* name) noexcept {
  struct stat about {};
  return ::fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode);
}

// Whether a record of a store is pinned under a name, and not just a pin that somebody called
// "manifest". A pin that cannot be looked at may be a record.
bool has_record(int directory, const char* name) {
  if (!has_pin(directory, name)) return false;
  const auto pinned =
      unique_fd::adopt(open_pin(fmt::format("/proc/self/fd/{}/{}", directory, name)));
  if (!pinned) return errno != ENOENT;
  const auto info = map_at(pinned.native()).info();
  return info ? is_blob(*info) : !info.error().is(errc::wrong_type);
}

bool is_component(int directory) {
  return has_record(directory, "record") || has_record(directory, "record-copy");
}

bool is_store(int directory) {
  return has_record(directory, "manifest") || has_record(directory, "journal") ||
         has_record(directory, "journal-second");
}

// Whether somebody has the directory locked. The shared lock that is taken to find out, for this
// moment only, is in the way of one process alone: one that is about to lock a store where none may
// be beside ours.
bool is_locked(int directory) noexcept {
  if (::flock(directory, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(directory, LOCK_UN);
  return false;
}

bool is_mount(int directory) noexcept {
  struct stat here {};
  struct stat above {};
  return ::fstat(directory, &here) == 0 && ::fstatat(directory, "..", &above, 0) == 0 &&
         (here.st_dev != above.st_dev || here.st_ino == above.st_ino);
}

// Whether no store may be made below a directory: it is a store, or a component's directory in one.
// Other tools lock the mount itself for a moment, so that there only pins count.
bool holds_others(int directory, bool readable) {
  return is_store(directory) || is_component(directory) ||
         (readable && !is_mount(directory) && is_locked(directory));
}

error nested(std::string_view operation, const std::string& subject, std::string_view where,
             int other) {
  const auto path = path_of(other);
  return error{errc::already_exists, operation, subject}
      .expected("a store that is not inside another one, and has none inside")
      .found(fmt::format("a store {} it, at {}{}", where, path,
                         is_locked(other) ? ", locked by " + lock_holder_text(other) : ""))
      .advice(fmt::format(
          "take a directory beside {}; or, if that store is not needed any more, remove it", path));
}

struct directory_closer {
  void operator()(DIR* open) const noexcept { ::closedir(open); }
};

using open_directory = std::unique_ptr<DIR, directory_closer>;

// returns: null where the directory is gone since, or not ours to look into
open_directory open_below(int above, const char* name) {
  auto fd = unique_fd::adopt(
      ::openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return nullptr;
  open_directory stream{::fdopendir(fd.native())};
  if (stream) static_cast<void>(std::move(fd).release());  // the stream closes it
  return stream;
}

// Whether a directory may hold a store: no file, and no generation of a component.
bool may_hold_store(int above, const dirent& entry) {
  const std::string_view name{entry.d_name};
  if (entry.d_type != DT_DIR || name == "." || name == "..") return false;
  return !is_generation(entry.d_name) || !is_component(above);
}

result<void> look_below(std::string_view operation, const std::string& subject, int above,
                        const char* name, int levels) {
  const auto open = open_below(above, name);
  if (!open) return {};
  const int here = ::dirfd(open.get());
  const bool outermost = levels == store_levels_below;
  // The outermost directory is the store that is being locked. Who locks one of its components is
  // no store.
  if (!outermost && (is_store(here) || (is_locked(here) && !is_component(here)))) {
    return nested(operation, subject, "below", here);
  }
  if (levels == 0) return {};
  while (const dirent* const entry = ::readdir(open.get())) {
    if (!may_hold_store(here, *entry)) continue;
    LINCHPIN_CHECK(look_below(operation, subject, here, entry->d_name, levels - 1));
  }
  return {};
}

}  // namespace

std::string lock_holder_text(int directory) {
  struct stat about {};
  if (::fstat(directory, &about) != 0) return "another process";
  const auto table = read_text_file("/proc/locks");
  if (!table) return "another process (/proc/locks cannot be read)";
  const auto pid = flock_holder(*table, ::major(about.st_dev), ::minor(about.st_dev), about.st_ino);
  if (!pid) return "another process, not visible from this pid namespace";
  if (*pid == ::getpid()) return fmt::format("this process (pid {})", *pid);
  auto name = read_text_file(fmt::format("/proc/{}/comm", *pid));
  if (!name) return fmt::format("a child of pid {}, which has ended", *pid);
  while (!name->empty() && name->back() == '\n') name->pop_back();
  return fmt::format("pid {} ({})", *pid, *name);
}

result<void> refuse_store_above(std::string_view operation, const std::string& subject,
                                int inside) {
  // Mounted at another place, a component's directory has no store above it.
  if (is_component(inside)) {
    return error{errc::already_exists, operation, subject}
        .expected("a store that is not inside another one")
        .found("the directory of another store's component")
        .advice("take a directory of its own");
  }
  struct stat here {};
  if (::fstat(inside, &here) != 0) return {};
  unique_fd reached;
  for (int at = inside;;) {
    auto above = unique_fd::adopt(::openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const bool readable = static_cast<bool>(above);
    if (!readable) {
      above = unique_fd::adopt(::openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    struct stat about {};
    if (!above || ::fstat(above.native(), &about) != 0) return {};
    if (about.st_dev != here.st_dev || about.st_ino == here.st_ino) return {};
    if (holds_others(above.native(), readable)) {
      return nested(operation, subject, "above", above.native());
    }
    here = about;
    reached = std::move(above);
    at = reached.native();
  }
}

result<void> refuse_store_at_or_above(std::string_view operation, const std::string& subject,
                                      int directory) {
  if (holds_others(directory, true)) return nested(operation, subject, "above", directory);
  return refuse_store_above(operation, subject, directory);
}

result<void> refuse_store_below(std::string_view operation, const std::string& subject,
                                int directory) {
  return look_below(operation, subject, directory, ".", store_levels_below);
}

}  // namespace linchpin::detail
