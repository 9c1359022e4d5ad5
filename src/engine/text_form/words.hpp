// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/policy/views.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/step_facts.hpp"

// The words that stand for enumerators in text forms, in one table for writing and reading. A word
// that once stood in a text keeps its meaning; it is not the prose of `text()`, which may change.
namespace linchpin::inline LINCHPIN_ABI::detail {

template <class Enum>
struct word {
  Enum value;
  std::string_view text;
};

/// For each enumeration: what its words are, for messages, and the words. An `open` one has values
/// that this linchpin has no word for, because the kernel or a newer linchpin gives them out: their
/// number stands for them.
template <class Enum>
struct vocabulary;

template <>
struct vocabulary<slot> {
  static constexpr std::string_view what = "a policy slot";
  static constexpr bool open = false;
  static constexpr word<slot> words[] = {
      {slot::attach_order, "attach_order"},
      {slot::map_sizing, "map_sizing"},
      {slot::update_strategy, "update_strategy"},
      {slot::map_carry, "map_carry"},
      {slot::lifetime, "lifetime"},
      {slot::recovery, "recovery"},
      {slot::fallback, "fallback"},
      {slot::drift, "drift"},
  };
};

template <>
struct vocabulary<mechanism> {
  static constexpr std::string_view what = "a mechanism";
  static constexpr bool open = true;
};

template <>
struct vocabulary<target_kind> {
  static constexpr std::string_view what = "a kind of target";
  static constexpr bool open = true;
};

template <>
struct vocabulary<carry_method> {
  static constexpr std::string_view what = "a carry method";
  static constexpr bool open = false;
  static constexpr word<carry_method> words[] = {
      {carry_method::reuse, "reuse"},
      {carry_method::copy, "copy"},
      {carry_method::discard, "discard"},
  };
};

template <>
struct vocabulary<lifetime_kind> {
  static constexpr std::string_view what = "a lifetime";
  static constexpr bool open = false;
  static constexpr word<lifetime_kind> words[] = {
      {lifetime_kind::durable, "durable"},
      {lifetime_kind::ephemeral, "ephemeral"},
  };
};

template <>
struct vocabulary<change> {
  static constexpr std::string_view what = "a change";
  static constexpr bool open = false;
  static constexpr word<change> words[] = {
      {change::keep, "keep"},
      {change::attach, "attach"},
      {change::update, "update"},
      {change::attach_then_detach, "attach_then_detach"},
      {change::detach_then_attach, "detach_then_attach"},
      {change::wait, "wait"},
  };
};

template <>
struct vocabulary<cause> {
  static constexpr std::string_view what = "a cause";
  static constexpr bool open = false;
  static constexpr word<cause> words[] = {
      {cause::unchanged, "unchanged"},
      {cause::first_start, "first_start"},
      {cause::new_hook, "new_hook"},
      {cause::new_generation, "new_generation"},
      {cause::moved, "moved"},
      {cause::makes_room, "makes_room"},
      {cause::other_mechanism, "other_mechanism"},
      {cause::target_back, "target_back"},
      {cause::link_lost, "link_lost"},
      {cause::altered, "altered"},
      {cause::pin_lost, "pin_lost"},
      {cause::unwanted, "unwanted"},
      {cause::target_gone, "target_gone"},
  };
};

template <>
struct vocabulary<step_kind> {
  static constexpr std::string_view what = "a kind of step";
  static constexpr bool open = false;
  static constexpr auto words = [] {
    std::array<word<step_kind>, every_step_kind.size()> made{};
    for (std::size_t i = 0; i != made.size(); ++i)
      made[i] = {every_step_kind[i], facts_of(every_step_kind[i]).word};
    return made;
  }();
};

/// What stands behind the name of a global variable: how its value is written.
enum class value_word : std::uint8_t {
  u8,
  u16,
  u32,
  u64,
  s8,
  s16,
  s32,
  s64,
  f32,
  f64,
  composite,
  bytes,
  u8_array,
  u16_array,
  u32_array,
  u64_array,
  s8_array,
  s16_array,
  s32_array,
  s64_array,
  f32_array,
  f64_array,
};

template <>
struct vocabulary<value_word> {
  static constexpr std::string_view what = "how a value is written";
  static constexpr bool open = false;
  static constexpr word<value_word> words[] = {
      {value_word::u8, "u8"},
      {value_word::u16, "u16"},
      {value_word::u32, "u32"},
      {value_word::u64, "u64"},
      {value_word::s8, "s8"},
      {value_word::s16, "s16"},
      {value_word::s32, "s32"},
      {value_word::s64, "s64"},
      {value_word::f32, "f32"},
      {value_word::f64, "f64"},
      {value_word::composite, "composite"},
      {value_word::bytes, "bytes"},
      {value_word::u8_array, "u8_array"},
      {value_word::u16_array, "u16_array"},
      {value_word::u32_array, "u32_array"},
      {value_word::u64_array, "u64_array"},
      {value_word::s8_array, "s8_array"},
      {value_word::s16_array, "s16_array"},
      {value_word::s32_array, "s32_array"},
      {value_word::s64_array, "s64_array"},
      {value_word::f32_array, "f32_array"},
      {value_word::f64_array, "f64_array"},
  };
};

// As the kernel names them; what a program is loaded for is called like the hook family.
template <>
struct vocabulary<uapi::map_type> {
  static constexpr std::string_view what = "a map type";
  static constexpr bool open = true;
};
template <>
struct vocabulary<uapi::program_type> {
  static constexpr std::string_view what = "a program type";
  static constexpr bool open = true;
};
template <>
struct vocabulary<uapi::attach_type> {
  static constexpr std::string_view what = "a hook family";
  static constexpr bool open = true;
};

template <class Enum>
[[nodiscard]] std::span<const word<Enum>> words_of() {
  return vocabulary<Enum>::words;
}
template <>
[[nodiscard]] std::span<const word<mechanism>> words_of();
template <>
[[nodiscard]] std::span<const word<target_kind>> words_of();
template <>
[[nodiscard]] std::span<const word<uapi::map_type>> words_of();
template <>
[[nodiscard]] std::span<const word<uapi::program_type>> words_of();
template <>
[[nodiscard]] std::span<const word<uapi::attach_type>> words_of();

/// returns: absent for a value that has no word.
template <class Enum>
[[nodiscard]] std::optional<std::string_view> word_for(Enum value) {
  for (const auto& known : words_of<Enum>()) {
    if (known.value == value) return known.text;
  }
  return std::nullopt;
}

template <class Enum>
[[nodiscard]] std::optional<Enum> meaning_of(std::string_view text) {
  for (const auto& known : words_of<Enum>()) {
    if (known.text == text) return known.value;
  }
  return std::nullopt;
}

}  // namespace linchpin::detail
