// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>
#include <linchpin/core/detail/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Keys of one map, each once. All lie behind each other in one piece of memory, since a set of a million
/// prefixes should not be a million allocations.
class key_set {
 public:
  explicit key_set(std::size_t key_size) : key_size_(key_size), slots_(16) {}

  /// returns: whether it was not there yet.
  bool insert(std::span<const std::byte> key) {
    auto& slot = slot_of(key);
    if (slot != 0) return false;
    keys_.insert(keys_.end(), key.begin(), key.end());
    slot = ++count_;
    if (count_ * std::size_t{2} > slots_.size()) grow();
    return true;
  }

 private:
  [[nodiscard]] std::span<const std::byte> key(std::uint32_t number) const noexcept {
    return std::span{keys_}.subspan((number - std::size_t{1}) * key_size_, key_size_);
  }

  // The one that holds the key, or the empty one where it belongs.
  [[nodiscard]] std::uint32_t& slot_of(std::span<const std::byte> wanted) noexcept {
    std::size_t at = checksum(wanted) & (slots_.size() - 1);
    while (slots_[at] != 0 && std::memcmp(key(slots_[at]).data(), wanted.data(), key_size_) != 0) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return slots_[at];
  }

  void grow() {
    slots_.assign(slots_.size() * 2, 0);
    for (std::uint32_t number = 1; number <= count_; ++number) slot_of(key(number)) = number;
  }

  std::size_t key_size_;
  std::uint32_t count_ = 0;
  std::vector<std::byte> keys_;
  std::vector<std::uint32_t>
      slots_;  // numbers of keys from 1 on; a power of two of them, at most half in use
};

}  // namespace linchpin::detail
