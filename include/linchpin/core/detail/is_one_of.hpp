// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <initializer_list>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether a value is among the listed ones.
template <class Value>
[[nodiscard]] constexpr bool is_one_of(Value value, std::initializer_list<Value> listed) noexcept {
  for (const Value candidate : listed) {
    if (candidate == value) return true;
  }
  return false;
}

}  // namespace linchpin::detail
