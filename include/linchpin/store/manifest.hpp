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
  std::uint64_t serial = 0;           ///< rises by one with every transaction
  std::vector<std::string> policies;  ///< the policy ids of the set that wrote it
  std::vector<std::string> components;

  friend bool operator==(const manifest&, const manifest&) = default;
};

/// effects: none; the bytes carry magic, format and checksum.
[[nodiscard]] std::vector<std::byte> encode(const manifest& what);
/// \param[out] into replaced; kept from one record to the next it need not grow again
void encode(const manifest& what, std::vector<std::byte>& into);
/// Reads format 2; see format_1.hpp for the one before.
/// errors: bad_format, also for every single flipped bit and every lost tail; newer_format for an
///   undamaged manifest that a newer linchpin wrote.
[[nodiscard]] result<manifest> decode_manifest(std::span<const std::byte> record);

}  // namespace linchpin
