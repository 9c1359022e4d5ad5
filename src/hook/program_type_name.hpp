// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// The kernel's word for a program type ("sched_cls"); its number for one we have no number of.
[[nodiscard]] std::string program_type_name(uapi::program_type type);

}  // namespace linchpin::hook
