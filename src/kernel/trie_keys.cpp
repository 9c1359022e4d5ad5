// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/trie_keys.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_set>

namespace linchpin::inline LINCHPIN_ABI::detail {

// struct bpf_lpm_trie_key: the prefix length in host order, then the address, highest bit first.
std::string identity_of_trie_key(std::span<const std::byte> key) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, key.data(), std::min(sizeof bits, key.size()));
  std::string identity(reinterpret_cast<const char*>(key.data()), key.size());
  for (std::size_t at = sizeof bits; at < identity.size(); ++at) {
    const std::size_t before = (at - sizeof bits) * 8;
    const std::size_t valid = bits > before ? std::min<std::size_t>(bits - before, 8) : 0;
    identity[at] = static_cast<char>(static_cast<unsigned char>(identity[at]) & (0xff00U >> valid));
  }
  return identity;
}

trie_entries missing_from_trie(std::span<const std::byte> present, std::span<const std::byte> keys,
                               std::span<const std::byte> values, std::size_t key_size,
                               std::size_t value_size) {
  std::unordered_set<std::string> there;
  for (std::size_t at = 0; at + key_size <= present.size(); at += key_size) {
    there.insert(identity_of_trie_key(present.subspan(at, key_size)));
  }
  trie_entries missing;
  for (std::size_t entry = 0; (entry + 1) * key_size <= keys.size(); ++entry) {
    const auto key = keys.subspan(entry * key_size, key_size);
    if (!there.insert(identity_of_trie_key(key)).second) continue;
    const auto value = values.subspan(entry * value_size, value_size);
    missing.keys.insert(missing.keys.end(), key.begin(), key.end());
    missing.values.insert(missing.values.end(), value.begin(), value.end());
  }
  return missing;
}

}  // namespace linchpin::detail
