// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// errors: unsupported where membarrier is missing, or some CPUs are nohz_full
[[nodiscard]] result<void> wait_by_membarrier();

/// The same wait as a side effect of a map-in-map update, where membarrier cannot be had.
/// kernel: 4.20
[[nodiscard]] result<void> wait_by_map_in_map();

}  // namespace linchpin::detail
