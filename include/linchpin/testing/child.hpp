// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <type_traits>
#include <utility>

namespace linchpin::testing {

/// How a child process ended.
struct child_end {
  bool killed = false;  ///< by a signal
  int number = 0;       ///< the signal's, else the exit status

  friend bool operator==(const child_end&, const child_end&) = default;
};

namespace detail {
/// returns: 0 in the child, its pid in the parent.
[[nodiscard]] result<int> fork_child();
[[nodiscard]] result<child_end> wait_for_child(int pid);
[[noreturn]] void exit_child(int status) noexcept;
}  // namespace detail

/// Runs `act()`, which returns an exit status, in a forked child, and waits for its end. The child
/// runs neither destructors of its callers nor atexit handlers; an exception ends it with 70.
///
/// The child has copies of all descriptors: a link that only the parent is to hold stays alive in
/// both.
template <class F>
  requires std::is_invocable_r_v<int, F>
[[nodiscard]] result<child_end> in_child(F&& act) {
  auto pid = detail::fork_child();
  if (!pid) return std::move(pid).error();
  if (*pid != 0) return detail::wait_for_child(*pid);
  int status = 70;
  try {
    status = std::forward<F>(act)();
  } catch (...) {
    detail::exit_child(status);
  }
  detail::exit_child(status);
}

}  // namespace linchpin::testing
