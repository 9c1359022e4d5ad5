// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/target.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include <linux/magic.h>
#include <linux/nsfs.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

// Makes calls in another network namespace. No other code enters one.
namespace linchpin::inline LINCHPIN_ABI::detail {

/// A kind of namespace in words: "a mount namespace".
/// \param type what the ioctl NS_GET_NSTYPE returns
inline std::string_view kind_of_namespace(int type) noexcept {
  switch (type) {
    case CLONE_NEWNS:
      return "a mount namespace";
    case CLONE_NEWUTS:
      return "a UTS namespace";
    case CLONE_NEWIPC:
      return "an IPC namespace";
    case CLONE_NEWUSER:
      return "a user namespace";
    case CLONE_NEWPID:
      return "a PID namespace";
    case CLONE_NEWCGROUP:
      return "a cgroup namespace";
    default:
      return "a namespace of another kind";
  }
}

/// A network namespace to make a call in.
struct netns_to_visit {
  /// Its file, which keeps it alive; empty for the calling thread's own.
  unique_fd file{};
  /// Its inode number in nsfs.
  netns_inode inode{};
};

/// Refuses an open file that is not that of a network namespace. All kinds of namespaces are files
/// of one file system; and when a namespace is unmounted, the empty file that it was mounted on
/// stays.
/// errors: not_found for a file of another file system; wrong_type for a namespace of another kind
/// cost: 2 syscalls
inline result<void> check_is_netns(int file, std::string_view operation, std::string_view subject) {
  struct statfs about {};
  if (::fstatfs(file, &about) != 0) return kernel_error(errno, operation, subject);
  if (static_cast<long>(about.f_type) != NSFS_MAGIC) {
    return error{errc::not_found, operation, subject}
        .expected("the file of a network namespace")
        .found("a file that no namespace is mounted on");
  }
  const int type = ::ioctl(file, NS_GET_NSTYPE);
  if (type == CLONE_NEWNET) return {};
  if (type < 0) return kernel_error(errno, operation, subject);
  return error{errc::wrong_type, operation, subject}
      .expected("the file of a network namespace")
      .found(kind_of_namespace(type));
}

/// The refusal of a path that leads to no network namespace. Where a certain one is expected, that
/// says nothing about it: without a path it lives on as long as a process, a descriptor or another
/// path holds it.
/// \param expected 0 where none is
inline error leads_to_no_netns(error refused, const std::string& path, netns_inode expected) {
  if (!expected) return std::move(refused).as(errc::not_found);
  return std::move(refused)
      .as(errc::conflict)
      .expected(fmt::format("netns {} at {}", expected.value, path))
      .advice("name a path that leads to it, if it still lives: this one says nothing about it");
}

/// Whether a path that may not be opened leads to no namespace at all: the empty file that one was
/// mounted on stays, and is of mode 0.
inline bool leads_to_no_namespace(const std::string& path) noexcept {
  struct statfs about {};
  return ::statfs(path.c_str(), &about) == 0 && static_cast<long>(about.f_type) != NSFS_MAGIC;
}

/// Opens a network namespace by the path of its file, and makes sure that it is the expected one.
/// \param expected 0 takes what the path means
/// returns: the namespace with its file, also where it is the calling thread's own
/// errors: not_found where the path leads to none and none is expected; conflict where it leads to
///   another one than expected, or to none; wrong_type where it leads to a namespace of another kind
///   and none is expected
/// cost: 4 syscalls
[[nodiscard]] inline result<netns_to_visit> open_netns_at(std::string_view operation,
                                                          std::string_view subject,
                                                          const std::string& path,
                                                          netns_inode expected) {
  auto file = unique_fd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    const int cause = errno;
    auto made = kernel_error(cause, operation, subject);
    // ESRCH: the path is in /proc, of a process that has ended.
    const bool leads_nowhere = cause == ENOENT || cause == ENOTDIR || cause == ESRCH ||
                               (cause == EACCES && leads_to_no_namespace(path));
    if (!leads_nowhere) return made;
    return leads_to_no_netns(std::move(made).found(fmt::format("no netns at {}", path)), path,
                             expected);
  }
  if (auto is_one = check_is_netns(file.native(), operation, subject); !is_one) {
    const auto& why = is_one.error();
    const bool another = why.is(errc::not_found) || (expected && why.is(errc::wrong_type));
    if (!another) return std::move(is_one).error();
    return leads_to_no_netns(std::move(is_one).error(), path, expected);
  }
  struct stat there {};
  if (::fstat(file.native(), &there) != 0) return kernel_error(errno, operation, subject);
  if (expected && there.st_ino != expected.value) {
    return error{errc::conflict, operation, subject}
        .expected(fmt::format("netns {} at {}", expected.value, path))
        .found(fmt::format("netns {}", there.st_ino))
        .advice("observe and plan again: the path has come to mean another network namespace");
  }
  return netns_to_visit{std::move(file), {there.st_ino}};
}

/// Finds a network namespace to make a call in: `open_netns_at`, without the file where it is the
/// calling thread's own.
/// errors: as `open_netns_at`
/// cost: 6 syscalls
[[nodiscard]] inline result<netns_to_visit> find_netns(std::string_view operation,
                                                       std::string_view subject,
                                                       const std::string& path,
                                                       netns_inode expected) {
  LINCHPIN_TRY(auto found, open_netns_at(operation, subject, path, expected));
  struct stat own {};
  if (::stat(own_netns_path, &own) != 0) return kernel_error(errno, operation, own_netns_path);
  if (own.st_ino == found.inode.value) found.file.reset();
  return found;
}

/// Blocks all signals for the calling thread, and for the threads that it creates, while this
/// object lives: no signal handler of the process may run in another network namespace.
/// cost: 2 syscalls
class without_signals {
 public:
  without_signals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  without_signals(const without_signals&) = delete;
  without_signals& operator=(const without_signals&) = delete;
  ~without_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// The refusal of setns(2): EPERM where CAP_SYS_ADMIN is missing, in this user namespace or in the
/// one that the network namespace belongs to.
/// source: net/core/net_namespace.c: netns_install
inline error not_entered(int cause, std::string_view operation, std::string_view subject) {
  auto made = error::from_errno(cause, operation, subject);
  if (cause != EPERM) return made;
  return std::move(made)
      .expected("CAP_SYS_ADMIN to enter another network namespace")
      .advice("grant CAP_SYS_ADMIN, or run this service in that network namespace");
}

/// Makes a call in a network namespace.
///
/// A separate thread enters the namespace, makes the call there and ends; the calling thread waits.
/// So the calling thread never leaves its own namespace: it does not have to return to it, which
/// could fail, and neither a signal handler on it nor another process sees it in another one.
/// Descriptors that the call opens, sockets among them, belong to the process and stay open.
///
/// returns: what the call returned
/// errors: permission_denied without CAP_SYS_ADMIN; not_now when the process may have no more
///   threads; then the call was not made
/// cost: some 50 us, where the namespace is not the calling thread's own
template <class Act>
[[nodiscard]] std::invoke_result_t<Act&> visit_netns(std::string_view operation,
                                                     std::string_view subject,
                                                     const netns_to_visit& where, Act act) {
  if (!where.file) return act();
  std::optional<std::invoke_result_t<Act&>> told;
  std::exception_ptr thrown;
  const auto visit = [&]() noexcept {
    try {
      if (::setns(where.file.native(), CLONE_NEWNET) != 0) {
        told.emplace(not_entered(errno, operation, subject));
      } else {
        told.emplace(act());
      }
    } catch (...) {
      thrown = std::current_exception();
    }
  };
  try {
    const without_signals quiet;
    std::thread{visit}.join();
  } catch (const std::system_error& refused) {
    return error::from_errno(refused.code().value(), operation, subject)
        .found("no thread to enter the network namespace with")
        .advice("raise the limit of threads (ulimit -u, pids.max), which this process has reached");
  }
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(told);
}

/// Makes a call about an attach point in the network namespace where its target is: in the calling
/// thread itself where the target names none, or is one.
/// returns: what the call returned
/// errors: as `find_netns` and `visit_netns`
template <class Act>
[[nodiscard]] std::invoke_result_t<Act&> in_netns_of(const attach_point& at,
                                                     std::string_view operation, Act act) {
  const bool named =
      !at.on.netns.empty() && traits_of(at.on.kind).scope == target_scope::in_a_netns;
  if (!named) return act();
  const auto subject = hook_text(at);
  LINCHPIN_TRY(const auto where, find_netns(operation, subject, at.on.netns, at.identity.netns));
  return visit_netns(operation, subject, where, std::move(act));
}

}  // namespace linchpin::detail
