// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>

#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// The facts about a kernel that decisions rest on. Each is found by doing, never by comparing
/// version numbers: features are backported and configured away.
struct kernel_facts {
  /// CPUs that could ever come online: the number of slots in a per-CPU value.
  /// source: /sys/devices/system/cpu/possible
  std::uint32_t possible_cpus = 1;
  /// Bytes of memory of this machine; 0: not known. source: sysinfo(2)
  std::uint64_t memory_bytes = 0;
  answer xdp_link;      ///< BPF_LINK_CREATE for XDP (5.9)
  answer tcx;           ///< tcx links (6.6)
  answer clsact;        ///< cls_bpf filters under a clsact qdisc; unknown until one is attached
  answer cgroup_link;   ///< cgroup links (5.7)
  answer cgroup_order;  ///< before, after and revision on cgroup links (6.17)
  answer netns_link;    ///< sk_lookup and flow_dissector links (5.8, 5.9)
  answer map_batch;     ///< BPF_MAP_*_BATCH on hash maps (5.6)
  answer memlock;       ///< maps and programs are charged to RLIMIT_MEMLOCK (until 5.10)

  friend bool operator==(const kernel_facts&, const kernel_facts&) = default;
};

}  // namespace linchpin
