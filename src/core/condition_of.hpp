// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What an errno value means where nobody knows more: the kernel's numbers and libbpf's.
[[nodiscard]] errc condition_of(int errno_value) noexcept;

}  // namespace linchpin::detail
