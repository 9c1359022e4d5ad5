// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/netns.hpp>

#include <linchpin/core/detail/try.hpp>
#include "testing/interface_setup.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

constexpr const char* own_netns = "/proc/thread-self/ns/net";

result<int> open_own() {
  const int descriptor = open(own_netns, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return error::from_errno(errno, "open network namespace", own_netns).advice("mount /proc");
  return descriptor;
}

}  // namespace

result<netns> netns::current() {
  LINCHPIN_TRY(const int descriptor, open_own());
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0) {
    const int failed = errno;
    close(descriptor);
    return error::from_errno(failed, "stat network namespace");
  }
  return netns{descriptor, netns_inode{facts.st_ino}};
}

result<netns> netns::make() {
  LINCHPIN_TRY(const int home, open_own());
  netns_visit way_back{home};  // from here on every return goes home
  if (unshare(CLONE_NEWNET) != 0)
    return error::from_errno(errno, "make network namespace").advice("run as root");
  LINCHPIN_TRY(auto made, current());
  LINCHPIN_TRY(const int socket, open_rtnetlink());
  auto up = set_up(socket, ifindex{1}, "lo");
  close(socket);
  if (!up) return std::move(up).error();
  return made;
}

netns& netns::operator=(netns&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    inode_ = other.inode_;
  }
  return *this;
}

netns::~netns() {
  const int kept = errno;
  if (descriptor_ >= 0) close(descriptor_);
  errno = kept;
}

std::string netns::path() const {
  return fmt::format("/proc/{}/fd/{}", getpid(), descriptor_);
}

result<netns_visit> netns_visit::enter(int descriptor) {
  LINCHPIN_TRY(const int home, open_own());
  if (setns(descriptor, CLONE_NEWNET) != 0) {
    const int failed = errno;
    close(home);
    return error::from_errno(failed, "enter network namespace");
  }
  return netns_visit{home};
}

netns_visit::~netns_visit() {
  if (home_ < 0) return;
  const int kept = errno;
  if (setns(home_, CLONE_NEWNET) != 0) {
    std::perror("linchpin: cannot return to the former network namespace");
    std::abort();
  }
  close(home_);
  errno = kept;
}

}  // namespace linchpin::testing
