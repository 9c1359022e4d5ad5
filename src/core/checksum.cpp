// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checksum.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

constexpr std::size_t word = sizeof(std::uint64_t);
constexpr std::size_t lanes = 4;

// Reversible, so that two different words never give the same state.
constexpr std::uint64_t step(std::uint64_t state, std::uint64_t value) noexcept {
  state = (state ^ value) * 0x100000001b3;
  return state ^ (state >> 32);
}

std::uint64_t word_at(const std::byte* at, std::size_t length) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, at, length);
  return value;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  std::array<std::uint64_t, lanes> state;
  state.fill(0xcbf29ce484222325);
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  // Four variables, not an array: the compiler keeps them in registers, where they do not wait for
  // each other.
  auto [first, second, third, fourth] = state;
  for (; left >= lanes * word; at += lanes * word, left -= lanes * word) {
    first = step(first, word_at(at, word));
    second = step(second, word_at(at + word, word));
    third = step(third, word_at(at + 2 * word, word));
    fourth = step(fourth, word_at(at + 3 * word, word));
  }
  state = {first, second, third, fourth};
  for (std::size_t lane = 0; left > 0; ++lane) {
    const std::size_t length = left < word ? left : word;
    state[lane] = step(state[lane], word_at(at, length));
    at += length;
    left -= length;
  }
  std::uint64_t sum = bytes.size();
  for (const std::uint64_t value : state) sum = step(sum, value);
  return sum;
}

}  // namespace linchpin::detail
