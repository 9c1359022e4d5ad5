// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// The answer for a mechanism that does not realise the hooks of a family at all.
[[nodiscard]] answer not_realised_by(mechanism how);

}  // namespace linchpin::hook
