// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

namespace linchpin::detail {

// Attachments as cls_bpf filters in direct-action mode under a clsact qdisc. A qdisc is made where
// none is and never removed; a filter that is not the expected one is never touched.

[[nodiscard]] result<attachment_id> create_filter(const attach_point& at, int program,
                                                  const anchor& where);

/// The kernel replaces without comparing, so the filter is looked at right before and after.
/// errors: conflict; target_gone
[[nodiscard]] result<void> replace_filter(const update_request& request);

[[nodiscard]] result<void> delete_filter(const attach_point& at, const attachment_id& id,
                                         program_id expected);

/// In run order; filters that are not eBPF programs are left out.
[[nodiscard]] result<chain> query_filters(const attach_point& at);

}  // namespace linchpin::detail
