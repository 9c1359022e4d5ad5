// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The index of a store. What a component runs is in the component's own record; when the manifest
/// is lost it is rebuilt from these records, without the policies.
struct manifest {
  /// Of the transaction that wrote it; rises by one with every transaction.
  std::uint64_t serial = 0;
  /// The policy ids of the set that wrote it, by slot.
  std::vector<std::string> policies;
  /// The names of the components that the store has.
  std::vector<std::string> components;

  friend bool operator==(const manifest&, const manifest&) = default;
};

/// The bytes of a manifest, with magic, format and checksum.
[[nodiscard]] std::vector<std::byte> encode(const manifest& what);
/// As above, into a buffer that is kept.
/// \param[out] into replaced; a buffer that is used again need not grow again
void encode(const manifest& what, std::vector<std::byte>& into);
/// Reads format 2; see format_1.hpp for the one before.
/// errors: bad_format, also for every single flipped bit and every lost tail; newer_format for
///   an undamaged manifest that a newer linchpin wrote.
[[nodiscard]] result<manifest> decode_manifest(std::span<const std::byte> record);

}  // namespace linchpin
