// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace linchpin::detail {

/// Capabilities from {CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON} that this thread lacks, CAP_SYS_ADMIN
/// standing for all of them. Nothing when /proc cannot be read.
[[nodiscard]] std::optional<std::vector<std::string>> missing_capabilities();

/// "integrity", "confidentiality", "none"; nothing where securityfs is not mounted.
[[nodiscard]] std::optional<std::string> lockdown_mode();

/// The soft RLIMIT_MEMLOCK in bytes; nothing when it is unlimited.
[[nodiscard]] std::optional<std::uint64_t> memlock_limit();

}  // namespace linchpin::detail
