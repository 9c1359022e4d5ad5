// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cerrno>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Owns an object of a C library, which `Close` ends. std::unique_ptr would do the same, but its
/// header would add a tenth of a second to every file that includes a map.
///
/// effects: the destructor keeps errno.
template <class T, auto Close>
class [[nodiscard]] c_owner {
 public:
  c_owner() noexcept = default;
  explicit c_owner(T* made) noexcept : made_(made) {}
  c_owner(c_owner&& other) noexcept : made_(other.release()) {}
  c_owner& operator=(c_owner&& other) noexcept {
    if (this != &other) {
      reset();
      made_ = other.release();
    }
    return *this;
  }
  ~c_owner() { reset(); }

  explicit operator bool() const noexcept { return made_ != nullptr; }
  [[nodiscard]] T* get() const noexcept { return made_; }
  [[nodiscard]] T& operator*() const noexcept { return *made_; }
  [[nodiscard]] T* operator->() const noexcept { return made_; }
  /// Gives it to the caller, who closes it.
  [[nodiscard]] T* release() noexcept { return std::exchange(made_, nullptr); }
  void reset() noexcept {
    if (made_ == nullptr) return;
    const int saved = errno;
    Close(release());
    errno = saved;
  }

 private:
  T* made_ = nullptr;
};

}  // namespace linchpin::detail
