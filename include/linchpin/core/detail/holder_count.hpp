// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// How many objects hold something that they share. It begins with one holder.
///
/// It uses the compilers' own atomic operations: the header of std::atomic would add some fifty
/// milliseconds to every file that includes `error`.
///
/// threads: any.
class holder_count {
 public:
  holder_count() = default;
  holder_count(const holder_count&) = delete;
  holder_count& operator=(const holder_count&) = delete;
  ~holder_count() = default;

  void add() noexcept { __atomic_fetch_add(&count_, 1U, __ATOMIC_RELAXED); }
  /// returns: whether nobody holds it any more.
  [[nodiscard]] bool drop() noexcept {
    return __atomic_fetch_sub(&count_, 1U, __ATOMIC_ACQ_REL) == 1;
  }
  [[nodiscard]] bool is_sole() const noexcept {
    return __atomic_load_n(&count_, __ATOMIC_ACQUIRE) == 1;
  }

 private:
  unsigned count_ = 1;
};

}  // namespace linchpin::detail
