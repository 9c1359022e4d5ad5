// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

extern const hook_family tcx_ingress_family;
extern const hook_family tcx_egress_family;

/// Packets arriving at an interface, before the stack. A tcx link from Linux 6.6 on; on older
/// kernels a cls_bpf filter under clsact, with the same verdicts (TC_ACT_UNSPEC goes on).
///
/// kernel: CAP_BPF and CAP_NET_ADMIN
/// source: net/core/dev.c sch_handle_ingress, kernel/bpf/tcx.c, net/sched/cls_bpf.c
struct tcx_ingress {
  static constexpr bool exclusive = false;
  static constexpr bool updatable = true;
  std::string interface;

  operator any_hook() const {
    return {tcx_ingress_family, interface, tcx_ingress_family.mechanisms};
  }
};

/// Packets leaving by an interface, after routing. Otherwise as `tcx_ingress`.
struct tcx_egress {
  static constexpr bool exclusive = false;
  static constexpr bool updatable = true;
  std::string interface;

  operator any_hook() const { return {tcx_egress_family, interface, tcx_egress_family.mechanisms}; }
};

}  // namespace linchpin::hook
