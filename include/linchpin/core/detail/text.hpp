// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A number to be written as 0x...
struct hex {
  std::uint64_t value = 0;
};

/// One part of a text: characters that somebody else holds, or a number in digits of its own.
///
/// ownership: borrows the characters; lives no longer than the call that joins them.
class text_part {
 public:
  text_part(std::string_view text) noexcept : text_(text) {}
  text_part(const std::string& text) noexcept : text_(text) {}
  text_part(const char* text) noexcept : text_(text) {}
  text_part(hex number) noexcept { write(number.value, 16, "0x"); }
  text_part(unsigned number) noexcept { write(number, 10, ""); }
  text_part(unsigned long number) noexcept { write(number, 10, ""); }
  text_part(unsigned long long number) noexcept { write(number, 10, ""); }
  text_part(int number) noexcept : text_part(static_cast<long long>(number)) {}
  text_part(long number) noexcept : text_part(static_cast<long long>(number)) {}
  text_part(long long number) noexcept {
    const auto wide = static_cast<std::uint64_t>(number);
    // Unsigned, since the least number has no positive counterpart.
    write(number < 0 ? 0 - wide : wide, 10, number < 0 ? "-" : "");
  }
  text_part(bool) = delete;
  text_part(char) = delete;
  text_part(const text_part&) = delete;
  text_part& operator=(const text_part&) = delete;
  ~text_part() = default;

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  void write(std::uint64_t number, unsigned base, std::string_view sign) noexcept {
    char* at = digits_ + sizeof digits_;
    do {
      *--at = "0123456789abcdef"[number % base];
      number /= base;
    } while (number != 0);
    for (std::size_t i = sign.size(); i != 0; --i) *--at = sign[i - 1];
    text_ = {at, static_cast<std::size_t>(digits_ + sizeof digits_ - at)};
  }

  char digits_[24];
  std::string_view text_;
};

/// {"map ", 7, " of ", name}: the parts one after the other, numbers in decimal.
[[nodiscard]] inline std::string composed(std::initializer_list<text_part> parts) {
  std::size_t length = 0;
  for (const auto& part : parts) length += part.text().size();
  std::string text;
  text.reserve(length);
  for (const auto& part : parts) text += part.text();
  return text;
}

/// "first, second, third"
template <class Texts>
[[nodiscard]] std::string list_of(const Texts& texts, std::string_view separator) {
  std::string list;
  bool first = true;
  for (const auto& text : texts) {
    if (!first) list += separator;
    first = false;
    list += text;
  }
  return list;
}

}  // namespace linchpin::detail
