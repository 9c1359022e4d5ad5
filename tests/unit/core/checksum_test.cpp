// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/checksum.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <set>
#include <vector>

using linchpin::detail::checksum;

namespace {

std::vector<std::byte> counting(std::size_t length) {
  std::vector<std::byte> bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 1);
  return bytes;
}

}  // namespace

TEST_CASE("a checksum notices every single bit, at every length", "[core][checksum]") {
  for (std::size_t length = 1; length < 80; ++length) {
    auto bytes = counting(length);
    const auto good = checksum(bytes);
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      INFO("length " << length << ", bit " << bit);
      REQUIRE(checksum(bytes) != good);
      bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
  }
}

TEST_CASE("a checksum notices zeroes that are added, and words that change places",
          "[core][checksum]") {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 100; ++length) {
    seen.insert(checksum(std::vector<std::byte>(length)));
  }
  CHECK(seen.size() == 100);

  const auto bytes = counting(64);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      auto other = bytes;
      for (std::size_t k = 0; k < 8; ++k) std::swap(other[i * 8 + k], other[j * 8 + k]);
      CHECK(checksum(other) != checksum(bytes));
    }
  }
}

// Records that were written with it must stay readable.
TEST_CASE("the checksum of format 1 is what it was", "[core][checksum]") {
  CHECK(checksum({}) == 0x2fc89e52c2a33797);
  CHECK(checksum(counting(45)) == 0x418ef753fe1f1776);
}
