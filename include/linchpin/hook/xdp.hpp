// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

namespace linchpin::hook {

extern const hook_family xdp_family;

/// Packets arriving at an interface, before an skb exists. One program only. In the driver where it
/// can (native), else right after it (generic); `native()` and `generic()` insist on one of them.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN
/// cost: an attach or update waits for a grace period whenever the set of XDP programs of the whole
///   machine changes, with the rtnetlink lock held; otherwise an update takes about 1 us.
/// source: net/core/dev.c bpf_xdp_link_attach, kernel/bpf/dispatcher.c
struct xdp {
  static constexpr bool exclusive = true;
  static constexpr bool updatable = true;
  std::string interface;
  std::span<const mechanism> mechanisms = xdp_family.mechanisms;

  /// This hook in the driver or not at all.
  [[nodiscard]] xdp native() const { return {interface, xdp_family.mechanisms.first<1>()}; }
  /// This hook on skbs, whatever the driver can do.
  [[nodiscard]] xdp generic() const { return {interface, xdp_family.mechanisms.last<1>()}; }

  operator any_hook() const { return {xdp_family, interface, mechanisms}; }
};

}  // namespace linchpin::hook
