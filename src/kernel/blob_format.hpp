// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/info.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A blob is the one value of a pinned, mmapable array map: this header, then the bytes, whose
/// checksum is their owner's business.
struct blob_header {
  std::uint64_t magic = expected_magic;
  std::uint64_t length = 0;  ///< bytes after the header

  static constexpr std::uint64_t expected_magic = 0x32626f6c62706c00;  // "\0lpblob2"
  static constexpr int version_at = 56;  // bits below are the same in all versions
};
static_assert(sizeof(blob_header) == 16);

/// The name of every map that holds a blob.
inline constexpr const char* blob_name = "linchpin_blob";

/// Whether a map was made to be a blob, as far as the kernel tells.
[[nodiscard]] bool is_blob(const map_info& info) noexcept;

/// Whether a map can be a blob at all, before it is mapped.
/// errors: bad_format, saying what it is instead
[[nodiscard]] result<void> check_blob_map(std::string_view operation, std::string_view path,
                                          const map_info& info);

/// Takes the bytes out of the map's value.
/// errors: bad_format; newer_format
[[nodiscard]] result<std::vector<std::byte>> take_blob(std::string_view operation,
                                                       std::string_view path,
                                                       std::span<const std::byte> value);

}  // namespace linchpin::detail
