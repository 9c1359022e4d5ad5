// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/store/records.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/number_bytes.hpp"
#include "engine/text_form/shared_fields.hpp"

// The values of global variables: numbers as numbers with the size of their variable, everything
// else as a string of bytes.
namespace linchpin::inline LINCHPIN_ABI::detail {

/// The first version of the texts in which a component has globals, and maps have variables.
inline constexpr unsigned version_with_globals = 2;
/// The first version in which maps are filled and generations prepared.
inline constexpr unsigned version_with_fills = 3;
inline constexpr unsigned oldest_text_version = 1;
inline constexpr unsigned newest_text_version = version_with_fills;

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
      return std::nullopt;
    default:
      return variable_kind::composite;
  }
}

/// What an array of numbers consists of, by the word for it.
[[nodiscard]] constexpr std::optional<number_spec> element_of(value_word word) noexcept {
  const auto made = [](value_word element) {
    return number_spec{*kind_of(element), static_cast<std::uint32_t>(size_of_number(element))};
  };
  switch (word) {
    case value_word::u8_array:
      return made(value_word::u8);
    case value_word::u16_array:
      return made(value_word::u16);
    case value_word::u32_array:
      return made(value_word::u32);
    case value_word::u64_array:
      return made(value_word::u64);
    case value_word::s8_array:
      return made(value_word::s8);
    case value_word::s16_array:
      return made(value_word::s16);
    case value_word::s32_array:
      return made(value_word::s32);
    case value_word::s64_array:
      return made(value_word::s64);
    case value_word::f32_array:
      return made(value_word::f32);
    case value_word::f64_array:
      return made(value_word::f64);
    default:
      return std::nullopt;
  }
}

[[nodiscard]] inline value_word word_for_value(std::optional<variable_kind> kind, std::size_t size,
                                               std::optional<number_spec> element) noexcept {
  for (const auto& known : words_of<value_word>()) {
    if (element_of(known.value) != element) continue;
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

// A value as the bytes of its memory.
template <class Stream>
void bytes_field(Stream& stream, value_word word, std::vector<std::byte>& bytes) {
  std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  stream.quoted(text);
  if constexpr (Stream::reads) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    bytes.assign(first, first + text.size());
    const auto size = size_of_number(word);
    if (size != 0 && text.size() != size && !stream.failed())
      stream.fail(fmt::format("{} bytes", size), fmt::format("{} bytes", text.size()));
    const auto element = element_of(word);
    if (element && text.size() % element->size != 0 && !stream.failed())
      stream.fail(fmt::format("whole numbers of {} bytes", element->size),
                  fmt::format("{} bytes", text.size()));
  }
}

template <class Stream, class Kind>
void value_fields(Stream& stream, Kind& kind, std::optional<number_spec>& element,
                  std::vector<std::byte>& bytes) {
  value_word word{};
  if constexpr (!Stream::reads) word = word_for_value(kind, bytes.size(), element);
  stream.value(word);
  if constexpr (Stream::reads) {
    if (stream.failed()) return;
    element = element_of(word);
    const auto read = kind_of(word);
    if constexpr (std::is_same_v<Kind, variable_kind>) {
      if (!read || element)
        return stream.fail("what the variable is", fmt::format("'{}'", *word_for(word)));
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
  bytes_field(stream, word, bytes);
}

template <class Stream, class Value>
  requires(text_of_a<Value, desired_global> || text_of_a<Value, global_record>)
void fields(Stream& stream, Value& global) {
  stream.since(version_with_globals);
  stream.value(global.name);
  auto kind = global.kind;
  auto value = global.value;
  std::optional<number_spec> element;
  if constexpr (text_of_a<Value, desired_global>) element = global.element;
  value_fields(stream, kind, element, value);
  if constexpr (Stream::reads) {
    if constexpr (text_of_a<Value, desired_global>) global.element = element;
    global.kind = kind;
    global.value = std::move(value);
  }
}

}  // namespace linchpin::detail
