// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The number whose memory these bytes are; of more than 8, the first ones.
[[nodiscard]] inline std::uint64_t unsigned_number(const std::vector<std::byte>& bytes) noexcept {
  std::uint64_t number = 0;
  if (!bytes.empty()) std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
  return number;
}

/// As above, with the sign in the highest bit.
[[nodiscard]] inline std::int64_t signed_number(const std::vector<std::byte>& bytes) noexcept {
  const auto unused = 64 - 8 * std::min<std::size_t>(bytes.size(), 8);
  if (unused == 64) return 0;
  return static_cast<std::int64_t>(unsigned_number(bytes) << unused) >> unused;
}

}  // namespace linchpin::detail
