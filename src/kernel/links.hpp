// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

namespace linchpin::detail {

// Attachments that are bpf_links. The clsact ones are in tc_filters.hpp.

/// effects: creates a link and leaves it to the caller; nothing is pinned
[[nodiscard]] result<unique_fd> create_link(const attach_point& at, int program,
                                            const anchor& where, const kernel_facts& facts);

/// errors: conflict with what was found; target_gone; wrong_type
[[nodiscard]] result<void> update_link(const update_request& request);

/// errors: conflict when the link runs another program
[[nodiscard]] result<void> detach_link(const attach_point& at, int link, program_id expected);

}  // namespace linchpin::detail
