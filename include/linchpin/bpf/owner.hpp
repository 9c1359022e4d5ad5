// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Owns the file descriptor behind a reference type (`map_ref`, `program_ref`, `link_ref`) and is
/// used through it, as a smart pointer is: `owned->lookup(...)`. Converts to the reference.
///
/// The base of `map`, `program` and `link`; `Self` is the derived class.
///
/// ownership: move-only; the destructor closes. What closing means is said at each derived class.
template <class Self, class Ref>
class [[nodiscard]] owner {
 public:
  owner() noexcept = default;
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

  explicit operator bool() const noexcept { return static_cast<bool>(ref_.fd()); }
  [[nodiscard]] Ref ref() const noexcept { return ref_; }
  operator Ref() const noexcept { return ref_; }
  const Ref* operator->() const noexcept { return &ref_; }
  const Ref& operator*() const noexcept { return ref_; }

  [[nodiscard]] unique_fd release() && noexcept {
    return unique_fd::adopt(std::exchange(ref_, Ref{}).fd().native());
  }
  void reset() noexcept {
    const auto closing = unique_fd::adopt(std::exchange(ref_, Ref{}).fd().native());
  }

 private:
  Ref ref_;
};

}  // namespace linchpin
