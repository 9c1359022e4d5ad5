// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/info.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::uint32_t may_be_mapped = 1U << 10;  // BPF_F_MMAPABLE

/// Whether bytes at a place of a map's value can be compared and written in one instant, while programs
/// run.
[[nodiscard]] constexpr bool is_one_write(std::size_t offset, std::size_t size) noexcept {
  return (size == 1 || size == 2 || size == 4 || size == 8) && offset % size == 0;
}

/// Whether writes of variables fit into a map.
/// errors: wrong_type for anything but an array of one entry; invalid_argument for bytes beyond its
///   end, for expected bytes of another length, and for expected bytes that cannot be compared and
///   replaced in one instant.
[[nodiscard]] result<void> check_variable_writes(const map_info& into,
                                                 std::span<const variable_write> writes);

/// That a map cannot be written while programs run (unsupported).
[[nodiscard]] error not_in_use(const map_info& into);

}  // namespace linchpin::detail
