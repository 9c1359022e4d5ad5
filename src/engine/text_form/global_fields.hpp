// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/store/records.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/text_form/shared_fields.hpp"

// The values of global variables: numbers as numbers with the size of their variable, everything
// else as a string of bytes.
namespace linchpin::inline LINCHPIN_ABI::detail {

[[nodiscard]] constexpr std::size_t size_of_number(value_word word) noexcept {
  switch (word) {
    case value_word::u8:
    case value_word::s8:
      return 1;
    case value_word::u16:
    case value_word::s16:
      return 2;
    case value_word::u32:
    case value_word::s32:
    case value_word::f32:
      return 4;
    case value_word::u64:
    case value_word::s64:
    case value_word::f64:
      return 8;
    default:
      return 0;
  }
}

[[nodiscard]] constexpr std::optional<variable_kind> kind_of(value_word word) noexcept {
  switch (word) {
    case value_word::u8:
    case value_word::u16:
    case value_word::u32:
    case value_word::u64:
      return variable_kind::unsigned_number;
    case value_word::s8:
    case value_word::s16:
    case value_word::s32:
    case value_word::s64:
      return variable_kind::signed_number;
    case value_word::f32:
    case value_word::f64:
      return variable_kind::floating;
    case value_word::composite:
      return variable_kind::composite;
    case value_word::bytes:
      break;
  }
  return std::nullopt;
}

[[nodiscard]] inline value_word word_for_value(std::optional<variable_kind> kind,
                                               std::size_t size) noexcept {
  for (const auto& known : words_of<value_word>()) {
    const auto number = size_of_number(known.value);
    if (kind_of(known.value) == kind && (number == 0 || number == size)) return known.value;
  }
  return value_word::bytes;
}

/// A number as its variable has it in memory.
template <plain_number Number>
[[nodiscard]] std::vector<std::byte> bytes_of_number(Number number, std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), &number, size);
  return bytes;
}

[[nodiscard]] inline std::uint64_t unsigned_number(const std::vector<std::byte>& bytes) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
  return number;
}

[[nodiscard]] inline std::int64_t signed_number(const std::vector<std::byte>& bytes) noexcept {
  const auto unused = 64 - 8 * std::min<std::size_t>(bytes.size(), 8);
  if (unused == 64) return 0;
  return static_cast<std::int64_t>(unsigned_number(bytes) << unused) >> unused;
}

template <class Number, class Stream>
void number_field(Stream& stream, value_word word, Number number, std::vector<std::byte>& into) {
  stream.value(number);
  if constexpr (Stream::reads) {
    if (stream.failed()) return;
    into = bytes_of_number(number, size_of_number(word));
    const bool same = std::is_signed_v<Number>
                          ? signed_number(into) == static_cast<std::int64_t>(number)
                          : unsigned_number(into) == static_cast<std::uint64_t>(number);
    if (!same) {
      stream.fail(fmt::format("a number that fits into {} bytes", size_of_number(word)),
                  fmt::format("'{}'", number));
    }
  }
}

template <class Stream, class Kind>
void value_fields(Stream& stream, Kind& kind, std::vector<std::byte>& bytes) {
  value_word word{};
  if constexpr (!Stream::reads) word = word_for_value(kind, bytes.size());
  stream.value(word);
  if constexpr (Stream::reads) {
    if (stream.failed()) return;
    const auto read = kind_of(word);
    if constexpr (std::is_same_v<Kind, variable_kind>) {
      if (!read) return stream.fail("what the variable is", "'bytes'");
      kind = *read;
    } else {
      kind = read;
    }
  }
  const auto is = kind_of(word);
  if (is == variable_kind::unsigned_number)
    return number_field(stream, word, unsigned_number(bytes), bytes);
  if (is == variable_kind::signed_number)
    return number_field(stream, word, signed_number(bytes), bytes);
  std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  stream.quoted(text);
  if constexpr (Stream::reads) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    bytes.assign(first, first + text.size());
    const auto size = size_of_number(word);
    if (size != 0 && text.size() != size && !stream.failed())
      stream.fail(fmt::format("{} bytes", size), fmt::format("{} bytes", text.size()));
  }
}

template <class Stream, class Value>
  requires(text_of_a<Value, desired_global> || text_of_a<Value, global_record>)
void fields(Stream& stream, Value& global) {
  stream.value(global.name);
  auto kind = global.kind;
  auto value = global.value;
  value_fields(stream, kind, value);
  if constexpr (Stream::reads) {
    global.kind = kind;
    global.value = std::move(value);
  }
}

}  // namespace linchpin::detail
