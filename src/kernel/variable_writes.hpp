// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/info.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether writes of variables fit into a map.
/// errors: wrong_type for anything but an array of one entry; invalid_argument for bytes beyond its
///   end, and for expected bytes of another length.
[[nodiscard]] result<void> check_variable_writes(const map_info& into,
                                                 std::span<const variable_write> writes);

/// That a map cannot be written while programs run (unsupported).
[[nodiscard]] error not_in_use(const map_info& into);

}  // namespace linchpin::detail
