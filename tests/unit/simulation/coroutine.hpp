// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>

namespace simulation {

/// A function with a stack of its own, which runs until it lets its caller go on. All in one thread, so
/// that a schedule costs no system's scheduling and a seed always gives the same one. The sanitizers are
/// told of each change of stacks.
class coroutine {
 public:
  /// \param body must not let an exception out
  explicit coroutine(std::function<void()> body);
  coroutine(const coroutine&) = delete;
  coroutine& operator=(const coroutine&) = delete;
  /// Must be done, or never have been resumed: what stands on an abandoned stack is not destroyed.
  ~coroutine();

  /// Goes on where it stopped, and returns when it suspends itself or ends.
  void resume();
  /// From within the body: goes on in whoever resumed it.
  void suspend();
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  static void enter(unsigned high, unsigned low);
  void arrive();
  void leave(bool for_ever);

  std::function<void()> body_;
  std::byte* stack_;
  ucontext_t inside_{};
  ucontext_t outside_{};
  // For the sanitizers only.
  [[maybe_unused]] const void* outside_stack_ = nullptr;
  [[maybe_unused]] std::size_t outside_size_ = 0;
  [[maybe_unused]] void* inside_shadow_ = nullptr;  ///< of the address sanitizer
  [[maybe_unused]] void* inside_fiber_ = nullptr;   ///< of the thread sanitizer
  [[maybe_unused]] void* outside_fiber_ = nullptr;
  bool done_ = false;
};

}  // namespace simulation
