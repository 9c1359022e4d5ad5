// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

class kernel;

/// Borrows something that a kernel holds open for this process: a program, a map, a link, a
/// lock.
///
/// ownership: owns nothing; valid while the `handle` lives that it came from.
struct handle_ref {
  /// For the live kernel a file descriptor; for the fake one none of this process, so that a system
  /// call on it fails; -1 for nothing.
  int number = -1;

  constexpr handle_ref() noexcept = default;
  explicit constexpr handle_ref(int of_kernel) noexcept : number(of_kernel) {}
  /// Of the live kernel: a `map_ref`, `program_ref` or `link_ref`.
  template <class Ref>
    requires requires(const Ref& live) { live.fd().native(); }
  constexpr handle_ref(const Ref& live) noexcept : number(live.fd().native()) {}

  explicit constexpr operator bool() const noexcept { return number >= 0; }
  friend constexpr bool operator==(handle_ref, handle_ref) = default;
};

/// Owns something that a kernel holds open for this process.
///
/// effects: destruction closes it, silently. Closing the last handle of something that is
///   neither pinned nor attached ends it.
/// ownership: movable; must not outlive the kernel that gave it out.
class [[nodiscard]] LINCHPIN_EXPORT handle {
 public:
  handle() noexcept = default;
  /// Takes over a number that `owner` gave out; `owner` closes it again.
  handle(kernel& owner, int number) noexcept : owner_(&owner), number_(number) {}
  handle(handle&& other) noexcept
      : owner_(other.owner_), number_(std::exchange(other.number_, -1)) {}
  handle& operator=(handle&& other) noexcept {
    if (this != &other) {
      reset();
      owner_ = other.owner_;
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~handle() { reset(); }

  explicit operator bool() const noexcept { return number_ >= 0; }
  /// Borrows it.
  [[nodiscard]] handle_ref ref() const noexcept { return handle_ref{number_}; }
  /// Closes it now. Closing twice succeeds.
  void reset() noexcept {
    if (number_ >= 0) close();
  }

 private:
  void close() noexcept;

  kernel* owner_ = nullptr;
  int number_ = -1;
};

}  // namespace linchpin
