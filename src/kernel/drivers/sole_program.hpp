// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/hook_driver.hpp"

#include <optional>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// As `kernel::find_sole_program`, for an open cgroup; without the program's name.
[[nodiscard]] result<std::optional<sole_program>> find_sole_program(const hook_place& place,
                                                                    const attach_point& at);

}  // namespace linchpin::detail
