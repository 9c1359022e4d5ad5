// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/info.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// One program at a hook.
struct chain_entry {
  /// The program that runs there.
  program_id program{};
  /// The link that attached it; 0 where the kernel does not say, or where there is none.
  link_id link{};
  /// The filter's priority (clsact only): the lower one runs first.
  std::uint16_t tc_priority = 0;
  /// The filter's handle (clsact only), which tells filters of one priority apart.
  std::uint32_t tc_handle = 0;
  /// The program's name, of at most 15 characters; empty where it could not be had.
  std::string name;
  /// Whether the name could be had: opening a program by its id takes CAP_SYS_ADMIN.
  bool name_known = false;

  /// Whether numbers of its own identify it in its chain, where other programs have a link.
  [[nodiscard]] bool has_number() const noexcept { return tc_handle != 0; }

  friend bool operator==(const chain_entry&, const chain_entry&) = default;
};

/// A program that was attached at a cgroup without BPF_F_ALLOW_MULTI, and so is the only one
/// there. Links always ask to share, and are refused beside it (EPERM).
struct sole_program {
  /// The program that stands there.
  chain_entry program;
  /// The path of the cgroup that it is attached at.
  std::string cgroup;
  /// Attached without BPF_F_ALLOW_OVERRIDE as well: it closes every cgroup below.
  bool closes_below = false;

  friend bool operator==(const sole_program&, const sole_program&) = default;
};

/// The programs at one hook in run order, other people's included.
struct chain {
  /// What runs first stands first.
  std::vector<chain_entry> entries;
  /// 0 where the kernel keeps none: everywhere but at tcx, and at cgroups of kernels with
  /// cgroup_order.
  ///
  /// An empty chain is at 1. Each attach, update and detach moves it by exactly one, a link's end
  /// with its last holder as a detach; what fails does not move it, nor does anything at another
  /// chain, a parent cgroup's included. An update to the program that runs already moves a cgroup's
  /// and not tcx's. An emptied tcx chain is at 1 again; a cgroup's goes on counting. Measured on
  /// 6.18.
  linchpin::revision revision{};
  /// Whether an entry without a link id has no link. A cgroup's chain is listed without any.
  bool tells_links = false;
  /// clsact only: the tc priorities, ascending, of filters that are not eBPF programs. They run
  /// among the entries, each according to its number.
  std::vector<std::uint16_t> other_priorities;

  friend bool operator==(const chain&, const chain&) = default;
};

}  // namespace linchpin
