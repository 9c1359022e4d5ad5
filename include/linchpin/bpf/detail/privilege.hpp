// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/privileges.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <linux/capability.h>
#include <sys/resource.h>

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

namespace privileges {

inline std::optional<std::string> first_bytes_of(const char* path) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return std::nullopt;
  std::string content(4096, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file));
  std::fclose(file);
  return content;
}

inline std::optional<std::uint64_t> effective_capabilities() {
  const auto status = first_bytes_of("/proc/thread-self/status");
  if (!status) return std::nullopt;
  constexpr std::string_view label = "CapEff:";
  const auto at = status->find(label);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(status->c_str() + at + label.size(), nullptr, 16);
}

// Of the headers' time or not, these are numbers of the ABI.
inline constexpr unsigned capability_perfmon = 38;
inline constexpr unsigned capability_bpf = 39;

inline answer lacks(std::string_view capability) {
  return answer::no("this thread does not have " + std::string{capability});
}

// libbpf raises it when it loads, and does so without a bound or not at all.
inline std::uint64_t binding_memlock(bool may_raise) {
  struct rlimit limit {};
  if (may_raise || ::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_max == RLIM_INFINITY ? 0 : limit.rlim_cur;
}

}  // namespace privileges

inline thread_privileges own_privileges() {
  const auto effective = privileges::effective_capabilities();
  if (!effective) {
    const auto untold = answer::unknown("/proc/thread-self/status cannot be read");
    return {untold, untold, untold};
  }
  if (in_user_namespace()) {
    const auto none = answer::no(
        "this process is in a user namespace, whose capabilities do not count for bpf(2)");
    return {none, none, none, false, true};
  }
  const auto has = [&](unsigned capability) { return ((*effective >> capability) & 1U) != 0; };
  const bool everything = has(CAP_SYS_ADMIN);
  thread_privileges held{answer::yes(), answer::yes(), answer::yes()};
  if (!everything && !has(privileges::capability_bpf)) {
    held.bpf = privileges::lacks("CAP_BPF");
    held.bpf_for_all =
        privileges::first_bytes_of("/proc/sys/kernel/unprivileged_bpf_disabled") == "0\n";
  }
  if (!has(CAP_NET_ADMIN)) {
    held.net_admin = everything ? answer::unknown("CAP_SYS_ADMIN stands for it in some calls")
                                : privileges::lacks("CAP_NET_ADMIN");
  }
  if (!everything && !has(privileges::capability_perfmon))
    held.perfmon = privileges::lacks("CAP_PERFMON");
  held.memlock_bytes = privileges::binding_memlock(has(CAP_SYS_RESOURCE));
  return held;
}

inline std::optional<std::vector<std::string>> missing_capabilities(const capability_needs& needs) {
  const auto effective = privileges::effective_capabilities();
  if (!effective) return std::nullopt;
  const auto has = [&](unsigned capability) { return ((*effective >> capability) & 1U) != 0; };
  std::vector<std::string> missing;
  const bool everything = has(CAP_SYS_ADMIN);
  if (needs.bpf && !everything && !has(privileges::capability_bpf)) missing.emplace_back("CAP_BPF");
  if (needs.net_admin && !has(CAP_NET_ADMIN)) missing.emplace_back("CAP_NET_ADMIN");
  if (needs.perfmon && !everything && !has(privileges::capability_perfmon)) {
    missing.emplace_back("CAP_PERFMON");
  }
  return missing;
}

inline bool in_user_namespace() {
  const auto map = privileges::first_bytes_of("/proc/thread-self/uid_map");
  if (!map) return false;
  // The first one maps all there are: "0 0 4294967295".
  std::array<unsigned long long, 3> numbers{};
  const char* rest = map->c_str();
  for (auto& number : numbers) {
    char* end = nullptr;
    number = std::strtoull(rest, &end, 10);
    if (end == rest) return true;
    rest = end;
  }
  return numbers != std::array<unsigned long long, 3>{0, 0, std::numeric_limits<unsigned>::max()};
}

inline std::optional<std::string> lockdown_mode() {
  // "none [integrity] confidentiality"
  const auto modes = privileges::first_bytes_of("/sys/kernel/security/lockdown");
  if (!modes) return std::nullopt;
  const auto open = modes->find('[');
  const auto close = modes->find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  return modes->substr(open + 1, close - open - 1);
}

inline std::optional<std::uint64_t> memlock_limit() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::nullopt;
  }
  return limit.rlim_cur;
}

}  // namespace linchpin::detail
