// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// How a child process ended.
struct child_end {
  /// Whether a signal ended it.
  bool killed = false;
  /// The number of that signal, else the exit status.
  int number = 0;

  friend bool operator==(const child_end&, const child_end&) = default;
};

/// A forked child that runs on its own until it is waited for.
///
/// It has copies of all descriptors: a link that only the parent is to hold stays alive in both. Of
/// the parent's threads it has only the one that started it, and what the others held locked stays
/// locked in it, the sanitizers' allocator included: start children before threads.
///
/// ownership: a child that nobody waited for is killed.
class LINCHPIN_EXPORT child {
 public:
  /// Forks a child that runs `act()` and exits with what that returns.
  ///
  /// The child runs neither destructors of its callers nor atexit handlers; an exception ends
  /// it with 70.
  /// errors: what fork(2) says
  template <class F>
    requires std::is_invocable_r_v<int, F>
  [[nodiscard]] static result<child> start(F&& act) {
    auto pid = fork_here();
    if (!pid) return std::move(pid).error();
    if (*pid != 0) return child{*pid};
    int status = 70;
    try {
      status = std::forward<F>(act)();
    } catch (...) {
      exit(status);
    }
    exit(status);
  }

  /// Takes the child over.
  child(child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  /// Swaps the children: the one that was held is killed with `other`.
  child& operator=(child&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }
  /// Kills the child unless somebody has waited for it.
  ~child() {
    if (pid_ != 0) kill(pid_);
  }

  /// Waits until the child has ended. Call it once.
  /// errors: what waitpid(2) says
  [[nodiscard]] result<child_end> wait() { return wait_for(std::exchange(pid_, 0)); }

 private:
  explicit child(int pid) noexcept : pid_(pid) {}
  /// returns: 0 in the child, its pid in the parent.
  [[nodiscard]] static result<int> fork_here();
  [[nodiscard]] static result<child_end> wait_for(int pid);
  static void kill(int pid) noexcept;
  [[noreturn]] static void exit(int status) noexcept;

  int pid_ = 0;
};

/// Runs `act()` in a child and waits for its end.
/// returns: how it ended
template <class F>
  requires std::is_invocable_r_v<int, F>
[[nodiscard]] result<child_end> in_child(F&& act) {
  auto started = child::start(std::forward<F>(act));
  if (!started) return std::move(started).error();
  return started->wait();
}

}  // namespace linchpin::testing
