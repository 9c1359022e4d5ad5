// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/testing/netns.hpp>
#include <linchpin/testing/veth.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace detail {
struct sandbox_state;
}

/// A place where a test may attach programs to anything without the host noticing: a private mount
/// namespace with a bpffs of its own, a private network namespace with `lo` up, and on request
/// cgroups below one of its own.
///
/// The calling thread lives in it until destruction, which removes the cgroups, unmounts, and takes
/// the thread back to the namespaces and the directory it came from; it aborts if the kernel
/// refuses the way back. Threads and processes started meanwhile inherit the sandbox.
///
/// `auto box = testing::sandbox::enter("swap"); if (!box) SKIP(box.error().message());`
///
/// threads: destroy on the thread that entered; sandboxes nest, last in first out.
class LINCHPIN_EXPORT sandbox {
 public:
  /// Moves the calling thread into a place of its own.
  /// \param name a word for the names of the temporary directory and cgroup
  /// errors: permission_denied without CAP_SYS_ADMIN; unsupported without network or mount
  ///   namespaces or bpffs. After an error nothing is left.
  /// kernel: CAP_SYS_ADMIN
  [[nodiscard]] static result<sandbox> enter(std::string_view name);

  /// Takes the way back over; still to be destroyed on the thread that entered.
  sandbox(sandbox&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  sandbox& operator=(sandbox&&) = delete;
  ~sandbox();

  /// Where the sandbox's own bpffs is mounted. It goes with the sandbox, and all pins with it.
  /// The kernel may have put iterators of its own into it ("maps.debug").
  [[nodiscard]] const std::string& bpffs() const noexcept;
  /// The network namespace that the thread is in.
  [[nodiscard]] const netns& network() const noexcept;

  /// Makes a cgroup v2 directory, and its parents, below the sandbox's own.
  /// returns: its absolute path.
  /// errors: unsupported when this host has no cgroup2 hierarchy to mount.
  [[nodiscard]] result<std::string> make_cgroup(const std::string& relative_name);
  /// Removes a cgroup that `make_cgroup` made, and so ends what is attached to it.
  [[nodiscard]] result<void> remove_cgroup(const std::string& path);

 private:
  explicit sandbox(detail::sandbox_state* state) noexcept : state_(state) {}
  detail::sandbox_state* state_;
};

/// The process's stay in a cgroup, until destruction, which returns to the former one.
/// threads: the whole process moves, its other threads as well.
class LINCHPIN_EXPORT cgroup_visit {
 public:
  /// Moves the process into a cgroup.
  /// \param path below a `sandbox::make_cgroup`
  [[nodiscard]] static result<cgroup_visit> enter(const std::string& path);

  cgroup_visit(cgroup_visit&& other) noexcept : home_(std::move(other.home_)) {
    other.home_.clear();
  }
  cgroup_visit& operator=(cgroup_visit&&) = delete;
  ~cgroup_visit();

 private:
  explicit cgroup_visit(std::string home) noexcept : home_(std::move(home)) {}
  /// Cgroup.procs of the former cgroup, seen through the same mount.
  std::string home_;
};

}  // namespace linchpin::testing
