// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// getpid(2), asked once in a process and once in each child that is forked from it: a page that the
/// kernel empties in a child (MADV_WIPEONFORK, Linux 4.14) remembers the answer.
[[nodiscard]] int process_id() noexcept;

}  // namespace linchpin::detail
