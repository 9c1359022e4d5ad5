// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/privileges.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What bpf(2) asks of a thread, where it asks for anything.
struct capability_needs {
  bool bpf = true;
  bool net_admin = true;
  bool perfmon = false;
};

/// What this thread has.
/// cost: 8 syscalls, which read /proc; 4 more without CAP_BPF, 1 more without CAP_SYS_RESOURCE
[[nodiscard]] thread_privileges own_privileges();

/// Those of the needed capabilities that this thread lacks; CAP_SYS_ADMIN stands for CAP_BPF and
/// CAP_PERFMON. Nothing when /proc cannot be read.
[[nodiscard]] std::optional<std::vector<std::string>> missing_capabilities(
    const capability_needs& needs);

/// Whether this thread is in another user namespace than the first one: its capabilities do not count
/// for bpf(2) then, however many it has.
[[nodiscard]] bool in_user_namespace();

/// "integrity", "confidentiality", "none"; nothing where securityfs is not mounted.
[[nodiscard]] std::optional<std::string> lockdown_mode();

/// The soft RLIMIT_MEMLOCK in bytes; nothing when it is unlimited.
[[nodiscard]] std::optional<std::uint64_t> memlock_limit();

}  // namespace linchpin::detail
