// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace linchpin::detail {

/// What a persistent record is, ahead of its payload.
struct record_kind {
  std::uint32_t magic;
  std::uint32_t format;   ///< what this linchpin writes; it reads this and the one before
  std::string_view name;  ///< for messages: "manifest"
};

inline constexpr record_kind manifest_record{0x4d504c31, 1, "manifest"};
inline constexpr record_kind journal_record{0x4a504c31, 1, "journal"};

/// Magic, format, length, and a checksum of these and of the payload, in bytes.
inline constexpr std::size_t envelope_size = 24;

/// Fills in the envelope in front of a payload: the first `envelope_size` bytes of a record.
void seal(const record_kind& kind, std::span<std::byte> record) noexcept;

/// Checks them and returns the payload.
/// errors: bad_format (another magic, cut short, checksum), newer_format (with both formats).
[[nodiscard]] result<std::span<const std::byte>> unseal(const record_kind& kind,
                                                        std::span<const std::byte> record);

}  // namespace linchpin::detail
