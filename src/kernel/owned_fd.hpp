// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <utility>

#include <unistd.h>

namespace linchpin::detail {

/// A file descriptor with one owner, for what never leaves this folder; what does is a `handle`.
class owned_fd {
 public:
  owned_fd() noexcept = default;
  explicit owned_fd(int number) noexcept : number_(number) {}
  owned_fd(owned_fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  owned_fd& operator=(owned_fd&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~owned_fd() { reset(); }

  explicit operator bool() const noexcept { return number_ >= 0; }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] int release() && noexcept { return std::exchange(number_, -1); }
  void reset() noexcept {
    if (number_ < 0) return;
    const int before = errno;
    ::close(std::exchange(number_, -1));
    errno = before;
  }

 private:
  int number_ = -1;
};

}  // namespace linchpin::detail
