// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

extern const hook_family sk_lookup_family;
extern const hook_family flow_dissector_family;

/// Which socket takes a new connection or datagram in a network namespace. Up to 64 programs, in
/// the order in which they were attached.
///
/// kernel: 5.9; CAP_BPF and CAP_NET_ADMIN
/// source: kernel/bpf/net_namespace.c, net/core/filter.c
struct sk_lookup {
  static constexpr bool exclusive = false;
  static constexpr bool updatable = true;
  std::string netns{};  ///< "/run/netns/blue"; empty for the calling thread's own

  operator any_hook() const { return {sk_lookup_family, netns, sk_lookup_family.mechanisms}; }
};

/// How a network namespace reads flow keys out of packets. One program only, and one in the initial
/// network namespace rules out all others.
///
/// kernel: 5.8 as a link; CAP_BPF and CAP_NET_ADMIN
/// source: kernel/bpf/net_namespace.c, net/core/flow_dissector.c
struct flow_dissector {
  static constexpr bool exclusive = true;
  static constexpr bool updatable = true;
  std::string netns{};  ///< as in `sk_lookup`

  operator any_hook() const {
    return {flow_dissector_family, netns, flow_dissector_family.mechanisms};
  }
};

}  // namespace linchpin::hook
