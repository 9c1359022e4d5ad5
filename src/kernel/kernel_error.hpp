// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// From errno, with advice where the number alone does not tell a person what to do.
[[nodiscard]] error kernel_error(int errno_value, std::string_view operation,
                                 std::string_view subject);

/// "tcx_ingress", "cgroup_connect4"; the number where it has no name here.
[[nodiscard]] std::string attach_type_text(uapi::attach_type type);

/// "tcx_ingress eth0", "cgroup_connect4 /sys/fs/cgroup/web", "sk_lookup own netns"
[[nodiscard]] std::string hook_text(const attach_point& at);

/// "program", "map", "link"
[[nodiscard]] std::string_view pin_kind_text(pin_kind kind) noexcept;

/// "program 17"
[[nodiscard]] std::string program_text(program_id id);

}  // namespace linchpin::detail
