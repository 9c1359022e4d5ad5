// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A kind of persistent record, as the header in front of its payload says it.
struct record_kind {
  std::uint32_t magic;
  std::uint32_t format;
  std::string_view name;  ///< for messages: "manifest"
  /// The oldest format that reads as well; 0 where there is none.
  std::uint32_t oldest = 0;
};

inline constexpr record_kind manifest_kind{0x4d504c31, 2, "manifest"};
inline constexpr record_kind journal_kind{0x4a504c31, 3, "journal", 2};
inline constexpr record_kind component_kind{0x43504c31, 3, "component record", 2};

/// The kinds that the first version wrote. It had no component records.
inline constexpr record_kind manifest_kind_1{0x4d504c31, 1, "manifest"};
inline constexpr record_kind journal_kind_1{0x4a504c31, 1, "journal"};

/// Magic, format, length, and a checksum of these and of the payload, in bytes. The same in every
/// format, so that a damaged record is not taken for one of a newer linchpin.
inline constexpr std::size_t envelope_size = 24;

/// The first format in which a generation may have globals, and in which it says how its layouts are
/// written.
inline constexpr std::uint32_t format_with_globals = 3;

/// Fills in the envelope in front of a payload: the first `envelope_size` bytes of a record.
void seal(const record_kind& kind, std::span<std::byte> record) noexcept;

/// What is in an envelope.
struct unsealed {
  std::uint32_t format = 0;
  std::span<const std::byte> payload;
};

/// Checks the envelope of a record.
/// errors: bad_format (another magic, cut short, checksum, an older format), newer_format (with
///   both formats) for an undamaged record.
[[nodiscard]] result<unsealed> unseal(const record_kind& kind, std::span<const std::byte> record);

/// Whether these bytes, which may be damaged, say that they are of exactly this kind and format.
[[nodiscard]] bool claims_to_be(const record_kind& kind,
                                std::span<const std::byte> record) noexcept;

}  // namespace linchpin::detail
