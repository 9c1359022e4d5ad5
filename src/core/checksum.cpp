// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checksum.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace linchpin::detail {

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
  for (; left >= lanes * word; at += lanes * word, left -= lanes * word) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      state[lane] = step(state[lane], word_at(at + lane * word, word));
    }
  }
  for (std::size_t lane = 0; left > 0; ++lane) {
    const std::size_t length = left < word ? left : word;
    state[lane] = step(state[lane], word_at(at, length));
    at += length;
    left -= length;
  }
  std::uint64_t sum = bytes.size();
  for (const std::uint64_t one : state) sum = step(sum, one);
  return sum;
}

}  // namespace linchpin::detail
