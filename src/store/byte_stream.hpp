// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

static_assert(std::endian::native == std::endian::little,
              "persistent records are little-endian and written as they lie in memory");

/// Counts the bytes that `byte_writer` will write.
class byte_counter {
 public:
  explicit byte_counter(std::uint32_t format) noexcept : format_(format) {}
  [[nodiscard]] std::uint32_t format() const noexcept { return format_; }

  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void number(Number) noexcept {
    bytes_ += sizeof(Number);
  }
  void text(std::string_view value) noexcept { bytes_ += sizeof(std::uint32_t) + value.size(); }
  void count(std::size_t) noexcept { bytes_ += sizeof(std::uint32_t); }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::uint32_t format_;
  std::size_t bytes_ = 0;
};

/// Writes numbers and strings: numbers little-endian, strings with a 32-bit length. The place has
/// the length that a `byte_counter` found, so that nothing has to grow.
class byte_writer {
 public:
  byte_writer(std::span<std::byte> place, std::uint32_t format) noexcept
      : next_(place.data()), format_(format) {}
  [[nodiscard]] std::uint32_t format() const noexcept { return format_; }

  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void number(Number value) noexcept {
    bytes(&value, sizeof value);
  }
  void text(std::string_view value) noexcept {
    count(value.size());
    if (!value.empty()) bytes(value.data(), value.size());
  }
  void count(std::size_t elements) noexcept { number(static_cast<std::uint32_t>(elements)); }

 private:
  void bytes(const void* from, std::size_t length) noexcept {
    std::memcpy(next_, from, length);
    next_ += length;
  }

  std::byte* next_;
  std::uint32_t format_;
};

/// Reads what `byte_writer` wrote. Running off the end sets `failed()`; reads after that give
/// zeroes, so a decoder checks once, at its end.
class byte_reader {
 public:
  byte_reader(std::span<const std::byte> bytes, std::uint32_t format)
      : rest_(bytes), format_(format) {}
  [[nodiscard]] std::uint32_t format() const noexcept { return format_; }

  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void number(Number& value) {
    value = Number{};
    if (!claim(sizeof value)) return;
    if constexpr (std::same_as<Number, bool>) {
      // Any other byte in a bool would be undefined.
      if (rest_.front() > std::byte{1}) failed_ = true;
      value = rest_.front() == std::byte{1};
    } else {
      std::memcpy(&value, rest_.data(), sizeof value);
    }
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
  std::uint32_t format_;
  bool failed_ = false;
};

}  // namespace linchpin::detail
