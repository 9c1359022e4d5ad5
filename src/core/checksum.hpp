// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// 64 bits that differ when any byte differs, for noticing damage; not against forgery.
///
/// Part of persistent formats: FNV-1a over 64-bit little-endian words in four lanes, word i in lane
/// i modulo 4, the last word padded with zeroes; then over the lanes and the length in bytes. Each
/// step is followed by a shift, so that high bits reach low ones. Four words at a time, since a
/// manifest of a thousand hooks is a sixth of a megabyte and is summed at every change.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

}  // namespace linchpin::detail
