// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/store/records.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The bytes of a record, with magic, format and checksum. One that sets no globals, and whose layouts
/// an earlier linchpin wrote, has format 2, as that linchpin reads it; any other one has format 3.
[[nodiscard]] std::vector<std::byte> encode(const component_record& what);
/// As above, into a buffer that is kept.
/// \param[out] into replaced; a buffer that is used again need not grow again
void encode(const component_record& what, std::vector<std::byte>& into);
/// Reads a record from its bytes.
/// errors: bad_format, also for every single flipped bit and every lost tail; newer_format for
///   an undamaged record that a newer linchpin wrote.
[[nodiscard]] result<component_record> decode_component(std::span<const std::byte> record);

}  // namespace linchpin
