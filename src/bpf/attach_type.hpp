// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/link.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether `link_info::attach_type` means something for a type of link.
[[nodiscard]] bool reports_attach_type(uapi::link_type type) noexcept;

/// Refuses a program that was loaded for another attach type than the hook's. The kernel checks it
/// when a link is created, mostly, and not when a link is updated.
/// errors: wrong_type
[[nodiscard]] result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                                             std::string_view operation, std::string_view subject);

}  // namespace linchpin::detail
