// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The bytes of a key of an LPM trie without noise: what is the same key is equal.
[[nodiscard]] std::string identity_of_trie_key(std::span<const std::byte> key);

/// Whole entries whose keys are not among `present`, in their order. Two keys of an LPM trie are
/// the same when they have the same prefix length and agree in that many bits; what follows is
/// noise.
///
/// Until Linux 6.13 a trie takes BPF_NOEXIST and overwrites all the same, and a lookup answers with
/// the longest match, so what is there can only be told by its keys.
struct trie_entries {
  std::vector<std::byte> keys;
  std::vector<std::byte> values;
};
[[nodiscard]] trie_entries missing_from_trie(std::span<const std::byte> present,
                                             std::span<const std::byte> keys,
                                             std::span<const std::byte> values,
                                             std::size_t key_size, std::size_t value_size);

}  // namespace linchpin::detail
