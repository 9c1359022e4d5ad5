// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Entries of a map as parallel arrays. Per-CPU values are `possible CPUs` slots of the
/// value size rounded up to 8 bytes.
struct map_entries {
  /// Bytes of one key.
  std::uint32_t key_size = 0;
  /// Bytes of one entry's value, per-CPU slots included.
  std::uint32_t value_size = 0;
  std::vector<std::byte> keys;
  std::vector<std::byte> values;

  /// How many entries there are.
  [[nodiscard]] std::size_t size() const noexcept {
    return key_size == 0 ? 0 : keys.size() / key_size;
  }

  friend bool operator==(const map_entries&, const map_entries&) = default;
};

}  // namespace linchpin
