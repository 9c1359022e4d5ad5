// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/trie_keys.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>

using linchpin::detail::missing_from_trie;

namespace {

using bytes = std::vector<std::byte>;

bytes key(std::uint32_t prefix, std::initializer_list<unsigned char> address) {
  bytes made(sizeof prefix);
  std::memcpy(made.data(), &prefix, sizeof prefix);
  for (const auto byte : address) made.push_back(std::byte{byte});
  return made;
}

bytes joined(std::initializer_list<bytes> parts) {
  bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

TEST_CASE("only the entries whose keys a trie lacks are kept, in order", "[kernel][trie]") {
  const auto ten = key(8, {10, 0, 0, 0});
  const auto lan = key(16, {192, 168, 0, 0});
  const auto host = key(32, {10, 0, 0, 1});
  const bytes values{std::byte{1}, std::byte{2}, std::byte{3}};
  const auto left = missing_from_trie(lan, joined({ten, lan, host}), values, 8, 1);
  CHECK(left.keys == joined({ten, host}));
  CHECK(left.values == bytes{std::byte{1}, std::byte{3}});
}

TEST_CASE("bits after the prefix do not tell keys apart", "[kernel][trie]") {
  const auto there = key(12, {10, 0x1f, 7, 7});
  const bytes value{std::byte{1}};
  CHECK(missing_from_trie(there, key(12, {10, 0x10, 0, 0}), value, 8, 1).keys.empty());
  CHECK_FALSE(missing_from_trie(there, key(12, {10, 0x20, 0, 0}), value, 8, 1).keys.empty());
  CHECK_FALSE(missing_from_trie(there, key(13, {10, 0x1f, 7, 7}), value, 8, 1).keys.empty());
  CHECK(missing_from_trie(key(0, {1, 2, 3, 4}), key(0, {9, 9, 9, 9}), value, 8, 1).keys.empty());
  CHECK_FALSE(
      missing_from_trie(key(32, {1, 2, 3, 4}), key(32, {1, 2, 3, 5}), value, 8, 1).keys.empty());
}

TEST_CASE("a key that comes twice is kept once, as its first writer left it", "[kernel][trie]") {
  const auto lan = key(16, {192, 168, 0, 0});
  const bytes values{std::byte{1}, std::byte{2}};
  const auto left = missing_from_trie({}, joined({lan, lan}), values, 8, 1);
  CHECK(left.keys == lan);
  CHECK(left.values == bytes{std::byte{1}});
}
