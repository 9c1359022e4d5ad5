// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

namespace linchpin::detail {

/// The chain at a hook that the kernel tells about through BPF_PROG_QUERY (tcx, cgroup, netns).
/// errors: not_found; unsupported; permission_denied
[[nodiscard]] result<chain> query_bpf_chain(const attach_point& at);

}  // namespace linchpin::detail
