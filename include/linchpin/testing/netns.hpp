// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// A network namespace, kept alive by a descriptor.
/// ownership: movable; the namespace goes with the last descriptor, path or process in it.
class LINCHPIN_EXPORT netns {
 public:
  /// Makes a network namespace with `lo` up; the calling thread stays where it is.
  /// errors: permission_denied without CAP_SYS_ADMIN.
  /// kernel: CAP_SYS_ADMIN
  [[nodiscard]] static result<netns> make();
  /// The namespace that the calling thread is in.
  [[nodiscard]] static result<netns> current();

  /// Takes the descriptor over.
  netns(netns&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), inode_(other.inode_) {}
  netns& operator=(netns&& other) noexcept;
  ~netns();

  /// The descriptor, for `netns_visit` and `in_netns`.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// What the kernel knows the namespace as.
  [[nodiscard]] netns_inode inode() const noexcept { return inode_; }
  /// A path by which this process and its children can open the namespace while this object lives:
  /// what a netns hook takes as its target.
  [[nodiscard]] std::string path() const;

 private:
  netns(int descriptor, netns_inode inode) noexcept : descriptor_(descriptor), inode_(inode) {}
  int descriptor_;
  netns_inode inode_;
};

/// The calling thread's stay in another network namespace, until destruction.
///
/// Destruction returns to the former namespace and aborts if the kernel refuses: a test that went
/// on in the wrong namespace would prove nothing and might touch the host. threads: destroy on the
/// thread that made it.
class LINCHPIN_EXPORT netns_visit {
 public:
  /// Moves the calling thread into a namespace.
  /// errors: permission_denied; invalid_argument when the descriptor is not a netns.
  /// kernel: CAP_SYS_ADMIN
  [[nodiscard]] static result<netns_visit> enter(int descriptor);

  /// Takes the way back over; still to be destroyed on the thread that entered.
  netns_visit(netns_visit&& other) noexcept : home_(std::exchange(other.home_, -1)) {}
  netns_visit& operator=(netns_visit&&) = delete;
  ~netns_visit();

 private:
  friend class netns;
  explicit netns_visit(int home) noexcept : home_(home) {}
  int home_;
};

/// Calls `act()`, which returns a result, inside another network namespace.
/// returns: what `act` returns, or why the namespace could not be entered
template <class F>
auto in_netns(int descriptor, F&& act) -> std::invoke_result_t<F> {
  auto visit = netns_visit::enter(descriptor);
  if (!visit) return std::move(visit).error();
  return std::forward<F>(act)();
}

}  // namespace linchpin::testing
