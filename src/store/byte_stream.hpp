// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::detail {

static_assert(std::endian::native == std::endian::little,
              "persistent records are little-endian and written as they lie in memory");

/// Appends numbers and strings to a buffer: numbers little-endian, strings with a 32-bit length.
class byte_writer {
 public:
  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void number(Number value) {
    std::memcpy(room(sizeof value), &value, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    if (!value.empty()) std::memcpy(room(value.size()), value.data(), value.size());
  }
  void count(std::size_t elements) { number(static_cast<std::uint32_t>(elements)); }
  /// Leaves bytes to be filled in later, as zeroes.
  void skip(std::size_t length) { std::memset(room(length), 0, length); }

  [[nodiscard]] std::vector<std::byte> take() && {
    buffer_.resize(used_);
    return std::move(buffer_);
  }

 private:
  // Grown by hand: a vector's own insert costs more than the few bytes that it inserts.
  std::byte* room(std::size_t length) {
    if (buffer_.size() - used_ < length) {
      buffer_.resize(std::max(buffer_.size() * 2, used_ + length + least));
    }
    std::byte* const start = buffer_.data() + used_;
    used_ += length;
    return start;
  }

  static constexpr std::size_t least = 512;
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;
};

/// Reads what `byte_writer` wrote. Running off the end sets `failed()`; reads after that give
/// zeroes, so a decoder checks once, at its end.
class byte_reader {
 public:
  explicit byte_reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void number(Number& value) {
    value = Number{};
    if (!claim(sizeof value)) return;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
  }
  void text(std::string& value) {
    std::uint32_t length = 0;
    number(length);
    value.clear();
    if (!claim(length)) return;
    value.assign(reinterpret_cast<const char*>(rest_.data()), length);
    rest_ = rest_.subspan(length);
  }
  /// A number of elements, each at least one byte long: a damaged count cannot ask for more memory
  /// than the record has bytes.
  [[nodiscard]] std::size_t count() {
    std::uint32_t elements = 0;
    number(elements);
    if (elements > rest_.size()) failed_ = true;
    return failed_ ? 0 : elements;
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  bool claim(std::size_t length) {
    if (rest_.size() < length) failed_ = true;
    return !failed_;
  }

  std::span<const std::byte> rest_;
  bool failed_ = false;
};

}  // namespace linchpin::detail
