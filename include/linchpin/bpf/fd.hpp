// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Borrows a file descriptor. Says nothing about how long it stays open.
class fd_ref {
 public:
  constexpr fd_ref() noexcept = default;
  [[nodiscard]] static constexpr fd_ref borrow(int number) noexcept { return fd_ref{number}; }

  [[nodiscard]] constexpr int native() const noexcept { return number_; }
  explicit constexpr operator bool() const noexcept { return number_ >= 0; }
  friend constexpr bool operator==(fd_ref, fd_ref) = default;

 private:
  explicit constexpr fd_ref(int number) noexcept : number_(number) {}
  int number_ = -1;
};

/// Owns a file descriptor.
///
/// effects: the destructor closes it, silently and without touching errno; `close()` tells.
/// threads: as an int.
class [[nodiscard]] unique_fd {
 public:
  constexpr unique_fd() noexcept = default;
  [[nodiscard]] static unique_fd adopt(int number) noexcept { return unique_fd{number}; }
  /// A second descriptor of the same open file, close-on-exec.
  /// errors: EBADF, EMFILE. cost: 1 syscall.
  [[nodiscard]] static result<unique_fd> duplicate(fd_ref original);

  unique_fd(unique_fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~unique_fd() { reset(); }

  [[nodiscard]] int native() const noexcept { return number_; }
  [[nodiscard]] fd_ref ref() const noexcept { return fd_ref::borrow(number_); }
  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Gives the descriptor to the caller, who closes it.
  [[nodiscard]] int release() && noexcept { return std::exchange(number_, -1); }
  void reset() noexcept {
    if (number_ >= 0) close_quietly();
  }
  /// Empty afterwards, whatever close(2) said.
  [[nodiscard]] result<void> close() &&;

 private:
  explicit unique_fd(int number) noexcept : number_(number) {}
  void close_quietly() noexcept;

  int number_ = -1;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/fd.hpp>
