// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include "bpf/privilege.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What loading a program of a type takes.
/// source: kernel/bpf/syscall.c: bpf_prog_load, is_net_admin_prog_type, is_perfmon_prog_type; measured
///   on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_load(uapi::program_type type, bool bpf_for_all) noexcept;

/// What creating a map of a type takes.
/// source: kernel/bpf/syscall.c: map_create; measured on 6.18
/// \param bpf_for_all as in `thread_privileges`
[[nodiscard]] capability_needs needs_to_create(uapi::map_type type, bool bpf_for_all) noexcept;

}  // namespace linchpin::detail
