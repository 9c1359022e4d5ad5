// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// 64 bits that differ when any byte differs, for noticing damage; not against forgery.
///
/// Part of persistent formats: FNV-1a over 64-bit little-endian words in four lanes, word i in lane
/// i modulo 4, the last word padded with zeroes; then over the lanes and the length in bytes. Each
/// step is followed by a shift, so that high bits reach low ones. Four words at a time, since a
/// manifest of a thousand hooks is a sixth of a megabyte and is summed at every change.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

namespace checksum_steps {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

inline constexpr std::size_t word = sizeof(std::uint64_t);
inline constexpr std::size_t lanes = 4;

// Reversible, so that two different words never give the same state.
constexpr std::uint64_t step(std::uint64_t state, std::uint64_t value) noexcept {
  state = (state ^ value) * 0x100000001b3;
  return state ^ (state >> 32);
}

inline std::uint64_t word_at(const std::byte* at, std::size_t length) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, at, length);
  return value;
}

}  // namespace checksum_steps

inline std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  std::array<std::uint64_t, checksum_steps::lanes> state;
  state.fill(0xcbf29ce484222325);
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  // Four variables, not an array: the compiler keeps them in registers, where they do not wait for
  // each other.
  auto [first, second, third, fourth] = state;
  for (; left >= checksum_steps::lanes * checksum_steps::word;
       at += checksum_steps::lanes * checksum_steps::word,
       left -= checksum_steps::lanes * checksum_steps::word) {
    first = checksum_steps::step(first, checksum_steps::word_at(at, checksum_steps::word));
    second = checksum_steps::step(
        second, checksum_steps::word_at(at + checksum_steps::word, checksum_steps::word));
    third = checksum_steps::step(
        third, checksum_steps::word_at(at + 2 * checksum_steps::word, checksum_steps::word));
    fourth = checksum_steps::step(
        fourth, checksum_steps::word_at(at + 3 * checksum_steps::word, checksum_steps::word));
  }
  state = {first, second, third, fourth};
  for (std::size_t lane = 0; left > 0; ++lane) {
    const std::size_t length = left < checksum_steps::word ? left : checksum_steps::word;
    state[lane] = checksum_steps::step(state[lane], checksum_steps::word_at(at, length));
    at += length;
    left -= length;
  }
  std::uint64_t sum = bytes.size();
  for (const std::uint64_t value : state) sum = checksum_steps::step(sum, value);
  return sum;
}

}  // namespace linchpin::detail
