// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/sandbox.hpp>

#include <linchpin/core/detail/try.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace detail {

struct sandbox_state {
  std::string base;     ///< temporary directory, on the host's file system
  std::string bpffs;    ///< mount point
  std::string cgroup2;  ///< mount point; empty while not mounted
  std::string cgroup;   ///< our own, the parent of all others; empty while not made
  std::string cgroup_name;
  std::optional<netns> network;
  std::optional<netns_visit> network_visit;
  int former_mounts = -1;
  int former_directory = -1;
};

}  // namespace detail

namespace {

using detail::sandbox_state;

/// errno-preserving: called on the way out of failures too.
void remove_cgroup_tree(const std::string& path) {
  if (DIR* const directory = opendir(path.c_str()); directory != nullptr) {
    std::vector<std::string> children;
    while (const dirent* const entry = readdir(directory)) {
      if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
        children.push_back(path + '/' + entry->d_name);
    }
    closedir(directory);
    for (const auto& child : children) remove_cgroup_tree(child);
  }
  rmdir(path.c_str());
}

void leave(sandbox_state& state) {
  if (!state.cgroup.empty()) remove_cgroup_tree(state.cgroup);
  if (!state.cgroup2.empty()) umount2(state.cgroup2.c_str(), MNT_DETACH);
  if (state.former_mounts >= 0) {
    if (!state.bpffs.empty()) umount2(state.bpffs.c_str(), MNT_DETACH);
    if (setns(state.former_mounts, CLONE_NEWNS) != 0 || fchdir(state.former_directory) != 0) {
      std::perror("linchpin: cannot return to the former mount namespace");
      std::abort();
    }
    close(state.former_mounts);
  }
  if (state.former_directory >= 0) close(state.former_directory);
  if (!state.base.empty()) {
    rmdir((state.base + "/bpf").c_str());
    rmdir((state.base + "/cgroup").c_str());
    rmdir(state.base.c_str());
  }
  state.network_visit.reset();
}

result<void> make_directories(sandbox_state& state, std::string_view name) {
  std::string base = fmt::format("/tmp/linchpin-{}-XXXXXX", name);
  if (mkdtemp(base.data()) == nullptr)
    return error::from_errno(errno, "make temporary directory", base);
  state.base = base;
  for (const char* const below : {"/bpf", "/cgroup"}) {
    if (mkdir((base + below).c_str(), 0700) != 0)
      return error::from_errno(errno, "make directory", base + below);
  }
  return {};
}

result<void> enter_mounts(sandbox_state& state) {
  state.former_directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (state.former_directory < 0) return error::from_errno(errno, "open working directory");
  const int former = open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (former < 0) return error::from_errno(errno, "open mount namespace").advice("mount /proc");
  if (unshare(CLONE_NEWNS) != 0) {
    const int failed = errno;
    close(former);
    return error::from_errno(failed, "make mount namespace").advice("run as root");
  }
  state.former_mounts = former;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return error::from_errno(errno, "make mounts private");
  const auto place = state.base + "/bpf";
  if (mount("bpf", place.c_str(), "bpf", 0, nullptr) != 0)
    return error::from_errno(errno, "mount bpffs", place)
        .advice("a kernel with CONFIG_BPF_SYSCALL");
  state.bpffs = place;
  return {};
}

result<void> enter_network(sandbox_state& state) {
  LINCHPIN_TRY(state.network, netns::make());
  LINCHPIN_TRY(auto visit, netns_visit::enter(state.network->descriptor()));
  state.network_visit.emplace(std::move(visit));
  return {};
}

result<void> make_own_cgroup(sandbox_state& state) {
  if (!state.cgroup.empty()) return {};
  const auto place = state.base + "/cgroup";
  if (mount("cgroup2", place.c_str(), "cgroup2", 0, nullptr) != 0)
    return error::from_errno(errno, "mount cgroup2", place)
        .as(errc::unsupported)
        .advice("a kernel with CONFIG_CGROUPS, and CAP_SYS_ADMIN over its cgroup namespace");
  state.cgroup2 = place;
  const auto own = place + '/' + state.cgroup_name;
  if (mkdir(own.c_str(), 0755) != 0) return error::from_errno(errno, "make cgroup", own);
  state.cgroup = own;
  return {};
}

}  // namespace

result<sandbox> sandbox::enter(std::string_view name) {
  if (geteuid() != 0)
    return error{errc::permission_denied, "enter sandbox", name}
        .expected("root")
        .found(fmt::format("effective user {}", geteuid()))
        .advice("run as root: namespaces and mounts of one's own need CAP_SYS_ADMIN");
  sandbox box{new sandbox_state};  // destruction undoes what was done so far
  LINCHPIN_CHECK(make_directories(*box.state_, name));
  const auto& base = box.state_->base;
  box.state_->cgroup_name = base.substr(base.rfind('/') + 1);
  LINCHPIN_CHECK(enter_mounts(*box.state_));
  LINCHPIN_CHECK(enter_network(*box.state_));
  return box;
}

sandbox::~sandbox() {
  if (state_ == nullptr) return;
  const int kept = errno;
  leave(*state_);
  delete state_;
  errno = kept;
}

const std::string& sandbox::bpffs() const noexcept {
  return state_->bpffs;
}

const netns& sandbox::network() const noexcept {
  return *state_->network;
}

result<std::string> sandbox::make_cgroup(const std::string& relative_name) {
  LINCHPIN_CHECK(make_own_cgroup(*state_));
  const auto path = state_->cgroup + '/' + relative_name;
  for (auto slash = path.find('/', state_->cgroup.size() + 1);; slash = path.find('/', slash + 1)) {
    const auto part = path.substr(0, slash);
    const bool last = slash == std::string::npos;
    if (mkdir(part.c_str(), 0755) != 0 && (last || errno != EEXIST))
      return error::from_errno(errno, "make cgroup", part);
    if (last) return path;
  }
}

result<void> sandbox::remove_cgroup(const std::string& path) {
  if (rmdir(path.c_str()) != 0) return error::from_errno(errno, "remove cgroup", path);
  return {};
}

}  // namespace linchpin::testing
