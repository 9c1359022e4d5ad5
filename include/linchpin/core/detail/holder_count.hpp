// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// How many hold something that is shared; the one who made it is the first.
///
/// By the compilers' own atomic operations, since the header of std::atomic costs everybody who
/// includes an error some fifty milliseconds.
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
