// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <cstdint>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What one kernel offers of one mechanism.
struct mechanism_facts {
  mechanism how{};
  answer available;  ///< whether the kernel has it; the target's own support shows at attach
  answer ordered;  ///< whether an attach may name its place in the chain, and the chain's revision

  friend bool operator==(const mechanism_facts&, const mechanism_facts&) = default;
};

/// The facts about a kernel that decisions rest on. Each is found by doing, never by comparing
/// version numbers: features are backported and configured away. The releases below say since
/// when the unpatched kernel has them.
struct kernel_facts {
  /// CPUs that could ever come online: the number of slots in a per-CPU value.
  /// source: /sys/devices/system/cpu/possible
  std::uint32_t possible_cpus = 1;
  /// Bytes of memory of this machine; 0: not known. source: sysinfo(2)
  std::uint64_t memory_bytes = 0;
  /// One for each mechanism that was asked for; read through `of`.
  std::vector<mechanism_facts> mechanisms;
  answer map_batch;  ///< BPF_MAP_*_BATCH on hash maps (5.6)
  answer memlock;    ///< maps and programs are charged to RLIMIT_MEMLOCK (until 5.10)

  /// returns: what is known about the mechanism; unknown throughout where nobody asked for it
  [[nodiscard]] const mechanism_facts& of(mechanism how) const {
    static const mechanism_facts nothing_known;
    for (const auto& known : mechanisms) {
      if (known.how == how) return known;
    }
    return nothing_known;
  }
  /// The same to write to: added where it is not there. Valid until another one is added.
  [[nodiscard]] mechanism_facts& of(mechanism how) {
    for (auto& known : mechanisms) {
      if (known.how == how) return known;
    }
    return mechanisms.emplace_back(mechanism_facts{how, {}, {}});
  }

  friend bool operator==(const kernel_facts&, const kernel_facts&) = default;
};

}  // namespace linchpin
