// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <linux/capability.h>
#include <sys/resource.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Which capabilities a call of bpf(2) takes.
struct capability_needs {
  bool bpf = true;
  bool net_admin = true;
  bool perfmon = false;
  bool sys_admin = false;
};

/// The capabilities that this thread has in its user namespace.
struct effective_capabilities {
  bool known = false;  ///< false where /proc cannot be read
  std::uint64_t bits = 0;

  [[nodiscard]] bool have(unsigned capability) const noexcept {
    return ((bits >> capability) & 1U) != 0;
  }
};

// Numbers of the ABI, which the headers at hand may not have.
inline constexpr unsigned capability_perfmon = 38;
inline constexpr unsigned capability_bpf = 39;

/// Reads a small file of /proc or /sys. returns: whether it could be read.
inline bool read_small_file(const char* path, std::string& content) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return false;
  content.resize(4096);
  content.resize(std::fread(content.data(), 1, content.size(), file));
  std::fclose(file);
  return true;
}

[[nodiscard]] inline effective_capabilities capabilities_of_thread() {
  std::string status;
  if (!read_small_file("/proc/thread-self/status", status)) return {};
  constexpr std::string_view label = "CapEff:";
  const auto at = status.find(label);
  if (at == std::string::npos) return {};
  return {true, std::strtoull(status.c_str() + at + label.size(), nullptr, 16)};
}

/// The needed capabilities that this thread lacks: "CAP_BPF, CAP_NET_ADMIN". CAP_SYS_ADMIN stands
/// for CAP_BPF and CAP_PERFMON.
/// returns: empty where the thread lacks none, or where its capabilities are unknown.
[[nodiscard]] inline std::string missing_capabilities(const effective_capabilities& held,
                                                      const capability_needs& needs) {
  std::string missing;
  const auto name = [&missing](const char* capability) {
    if (!missing.empty()) missing += ", ";
    missing += capability;
  };
  const bool everything = held.have(CAP_SYS_ADMIN);
  if (!held.known) return missing;
  if (needs.bpf && !everything && !held.have(capability_bpf)) name("CAP_BPF");
  if (needs.net_admin && !held.have(CAP_NET_ADMIN)) name("CAP_NET_ADMIN");
  if (needs.perfmon && !everything && !held.have(capability_perfmon)) name("CAP_PERFMON");
  if (needs.sys_admin && !everything) name("CAP_SYS_ADMIN");
  return missing;
}

/// Whether this thread is in another user namespace than the initial one. The capabilities that it
/// has there do not count for bpf(2).
[[nodiscard]] inline bool in_user_namespace() {
  std::string map;
  if (!read_small_file("/proc/thread-self/uid_map", map)) return false;
  // The initial one maps all user ids: "0 0 4294967295".
  const char* rest = map.c_str();
  for (const unsigned long long expected : {0ULL, 0ULL, 0xffff'ffffULL}) {
    char* end = nullptr;
    const auto number = std::strtoull(rest, &end, 10);
    if (end == rest || number != expected) return true;
    rest = end;
  }
  return false;
}

/// The kernel's lockdown mode: "integrity", "confidentiality", "none"; empty where securityfs is
/// not mounted.
[[nodiscard]] inline std::string lockdown_mode() {
  // "none [integrity] confidentiality"
  std::string modes;
  if (!read_small_file("/sys/kernel/security/lockdown", modes)) return {};
  const auto open = modes.find('[');
  const auto close = modes.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  return modes.substr(open + 1, close - open - 1);
}

/// The soft RLIMIT_MEMLOCK in bytes; RLIM_INFINITY when it is unlimited or unknown.
[[nodiscard]] inline std::uint64_t memlock_limit() noexcept {
  struct rlimit limit {};
  return ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace linchpin::detail
