// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/sandbox.hpp>

#include <linchpin/core/detail/try.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

/// The path of this process below the root of the cgroup2 hierarchy: "/", "/user.slice/...".
result<std::string> own_cgroup() {
  std::ifstream lines{"/proc/self/cgroup"};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return error{errc::unsupported, "find own cgroup", "/proc/self/cgroup"}.expected("a line 0::...");
}

result<void> move_into(const std::string& procs) {
  const int descriptor = open(procs.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return error::from_errno(errno, "open", procs);
  const auto written = write(descriptor, "0", 1);  // 0 is the writer itself
  const int failed = errno;
  close(descriptor);
  if (written != 1) return error::from_errno(failed, "move process into cgroup", procs);
  return {};
}

}  // namespace

result<cgroup_visit> cgroup_visit::enter(const std::string& path) {
  // A sandbox mounts the hierarchy at <base>/cgroup; the former cgroup is seen through that mount.
  constexpr std::string_view mount_name = "/cgroup/";
  const auto mount_end = path.find(mount_name);
  if (mount_end == std::string::npos)
    return error{errc::invalid_argument, "enter cgroup", path}.expected(
        "a path from sandbox::make_cgroup");
  LINCHPIN_TRY(const auto former, own_cgroup());
  auto home = path.substr(0, mount_end + mount_name.size() - 1) + former +
              (former.ends_with('/') ? "cgroup.procs" : "/cgroup.procs");
  LINCHPIN_CHECK(move_into(path + "/cgroup.procs"));
  return cgroup_visit{std::move(home)};
}

cgroup_visit::~cgroup_visit() {
  if (home_.empty()) return;
  const int kept = errno;
  if (auto back = move_into(home_); !back) {
    std::fprintf(stderr, "linchpin: %s\n", back.error().message().c_str());
    std::abort();
  }
  errno = kept;
}

}  // namespace linchpin::testing
