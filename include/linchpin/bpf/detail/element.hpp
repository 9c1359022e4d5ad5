// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/error.hpp>

#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

// enum bpf_cmd, the commands on one entry
enum class element_command : int { lookup = 1, update = 2, erase = 3, next_key = 4, take = 21 };

/// One bpf(2) on one entry of a map. returns: 0 or a negated errno.
int element_call(element_command command, fd_ref map, const void* key, void* value,
                 std::uint64_t flags) noexcept;

/// The error for a negated errno of `element_call`.
[[nodiscard]] error element_error(int got, std::string_view operation);

}  // namespace linchpin::detail
