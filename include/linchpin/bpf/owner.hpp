// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Owns the file descriptor behind a reference type (`map_ref`, `program_ref`, `link_ref`). It is
/// used as a smart pointer is: `owned->info()`. It converts to the reference.
///
/// The base of `map`, `program` and `link`.
///
/// effects: the destructor closes the descriptor silently and leaves errno alone. What ends with
///   the descriptor is said at each derived class.
/// ownership: move-only; a moved-from owner has no descriptor. References that it hands out are
///   valid while it lives.
/// \tparam Self the derived class
/// \tparam Ref the reference type
template <class Self, class Ref>
class [[nodiscard]] owner {
 public:
  /// Owns nothing.
  owner() noexcept = default;
  /// Takes over a descriptor. The kernel is not asked whether it is one of a fitting kind.
  [[nodiscard]] static Self adopt(unique_fd fd) noexcept {
    Self made;
    static_cast<owner&>(made).ref_ = Ref::borrow(fd_ref::borrow(std::move(fd).release()));
    return made;
  }

  owner(owner&& other) noexcept : ref_(std::exchange(other.ref_, Ref{})) {}
  owner& operator=(owner&& other) noexcept {
    if (this != &other) {
      reset();
      ref_ = std::exchange(other.ref_, Ref{});
    }
    return *this;
  }
  ~owner() { reset(); }

  /// Whether it owns a descriptor.
  explicit operator bool() const noexcept { return static_cast<bool>(ref_.fd()); }
  /// The reference, valid while this owner has its descriptor.
  [[nodiscard]] Ref ref() const noexcept { return ref_; }
  /// The same, so that an owner can be passed where a reference is taken.
  operator Ref() const noexcept { return ref_; }
  /// Calls a member of the reference.
  const Ref* operator->() const noexcept { return &ref_; }
  const Ref& operator*() const noexcept { return ref_; }

  /// Gives the descriptor to the caller, who has to close it; this owner has none afterwards.
  [[nodiscard]] unique_fd release() && noexcept {
    return unique_fd::adopt(std::exchange(ref_, Ref{}).fd().native());
  }
  /// effects: closes the descriptor as the destructor does. Does nothing without one.
  void reset() noexcept {
    const auto closing = unique_fd::adopt(std::exchange(ref_, Ref{}).fd().native());
  }

 private:
  Ref ref_;
};

}  // namespace linchpin
