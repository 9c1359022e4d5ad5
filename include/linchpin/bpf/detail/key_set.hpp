// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>
#include <linchpin/core/detail/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A set of keys of one map. All keys lie in one piece of memory, so that a set of a million
/// prefixes is not a million allocations.
///
/// \tparam Map the type of the map, so that only programs that walk one compile this
template <class Map>
class key_set {
 public:
  explicit key_set(const Map& of) : key_size_(of.key_size()), slots_(first_slots) {}

  /// returns: false where the key is there already.
  bool insert(const std::byte* key) {
    auto& slot = slot_of(key);
    if (slot != 0) return false;
    keys_.append(reinterpret_cast<const char*>(key), key_size_);
    slot = ++count_;
    if (count_ * std::size_t{2} > slots_.size()) grow();
    return true;
  }

 private:
  [[nodiscard]] const std::byte* key(std::uint32_t number) const noexcept {
    return reinterpret_cast<const std::byte*>(keys_.data()) + (number - std::size_t{1}) * key_size_;
  }

  // The one that holds the key, or the empty one where it belongs.
  [[nodiscard]] std::uint32_t& slot_of(const std::byte* wanted) noexcept {
    std::size_t at = checksum({wanted, key_size_}) & (slots_.size() - 1);
    while (slots_[at] != 0 && std::memcmp(key(slots_[at]), wanted, key_size_) != 0) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return slots_[at];
  }

  void grow() {
    slots_ = std::vector<std::uint32_t>(slots_.size() * 2);
    for (std::uint32_t number = 1; number <= count_; ++number) slot_of(key(number)) = number;
  }

  // Room at the beginning; a power of two.
  static constexpr std::size_t first_slots = 16;

  std::size_t key_size_;
  std::uint32_t count_ = 0;
  std::string keys_;
  std::vector<std::uint32_t>
      slots_;  // numbers of keys from 1 on; a power of two of them, at most half in use
};

}  // namespace linchpin::detail
