// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Borrows a file descriptor: a number that somebody else closes.
///
/// ownership: none; the owner must keep the descriptor open for as long as this is used.
class fd_ref {
 public:
  /// No descriptor: -1.
  constexpr fd_ref() noexcept = default;
  /// Borrows a descriptor by its number. A function and not a constructor, so that no int converts.
  [[nodiscard]] static constexpr fd_ref borrow(int number) noexcept { return fd_ref{number}; }

  /// The number, for a system call; -1 for no descriptor.
  [[nodiscard]] constexpr int native() const noexcept { return number_; }
  /// Whether there is a descriptor. The kernel is not asked whether it is open.
  explicit constexpr operator bool() const noexcept { return number_ >= 0; }
  friend constexpr bool operator==(fd_ref, fd_ref) = default;

 private:
  explicit constexpr fd_ref(int number) noexcept : number_(number) {}
  int number_ = -1;
};

/// Owns a file descriptor.
///
/// effects: the destructor closes the descriptor and drops what close(2) says; errno stays as it
///   is. `close()` reports it.
/// ownership: move-only; a moved-from object has no descriptor.
/// threads: as an int.
class [[nodiscard]] unique_fd {
 public:
  /// No descriptor.
  constexpr unique_fd() noexcept = default;
  /// Takes over a descriptor that the caller has opened and closes no more.
  [[nodiscard]] static unique_fd adopt(int number) noexcept { return unique_fd{number}; }
  /// A second descriptor of the same open file, close-on-exec.
  /// errors: invalid_argument for a descriptor that is not open (EBADF); too_many_files (EMFILE).
  /// cost: 1 syscall
  /// source: fcntl(2), F_DUPFD_CLOEXEC
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

  /// The number, for a system call; -1 for no descriptor.
  [[nodiscard]] int native() const noexcept { return number_; }
  /// The descriptor, borrowed from this owner.
  [[nodiscard]] fd_ref ref() const noexcept { return fd_ref::borrow(number_); }
  /// Whether it owns a descriptor.
  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Gives the descriptor to the caller, who has to close it; this object has none afterwards.
  [[nodiscard]] int release() && noexcept { return std::exchange(number_, -1); }
  /// effects: closes the descriptor as the destructor does. Does nothing without one.
  void reset() noexcept {
    if (number_ >= 0) close_quietly();
  }
  /// effects: closes the descriptor, which is gone afterwards even where close(2) fails.
  /// errors: io and others by close(2), except EINTR, which is no failure on Linux.
  /// source: close(2)
  [[nodiscard]] result<void> close() &&;

 private:
  explicit unique_fd(int number) noexcept : number_(number) {}
  void close_quietly() noexcept;

  int number_ = -1;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/fd.hpp>
