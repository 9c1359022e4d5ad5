// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/kernel/facts.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Finds every fact. Each probe makes scratch programs and maps of its own and asks for attachments
/// at places that do not exist, or in a mode that the place refuses; nothing is ever attached.
/// cost: about 30 syscalls, under a millisecond
[[nodiscard]] kernel_facts probe_kernel();

}  // namespace linchpin::detail
