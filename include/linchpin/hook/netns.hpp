// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/netns_name.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// A network namespace, by the path of its file; the calling thread's own by an empty name.
inline constexpr target_kind netns_target{3};
/// How messages and kept texts name such a target.
inline constexpr target_traits netns_traits{.kind = netns_target,
                                            .word = "netns",
                                            .indefinite = "a netns",
                                            .noun = "network namespace",
                                            .scope = target_scope::is_a_netns,
                                            .is_path = true,
                                            .unnamed = "own netns"};

/// The calling thread's network namespace, whichever that is when the target is looked up.
[[nodiscard]] inline target own_netns() {
  return {netns_target, {}};
}

/// Attaches by BPF_LINK_CREATE on a network namespace (5.8).
inline constexpr mechanism netns_link{6};

namespace detail {

inline constexpr mechanism netns_mechanisms[] = {netns_link};

template <bool Exclusive>
hook_abilities netns_abilities(mechanism how, const kernel_facts&) {
  if (how != netns_link) return {};
  return {.update = update_ability::compare_and_swap,
          .order = Exclusive ? order_ability::none : order_ability::append,
          .link = true,
          .query = true,
          .exclusive = Exclusive,
          .revision = false,
          .one_instance = Exclusive,
          .most = Exclusive ? 1U : 64U};
}

}  // namespace detail

/// Lookups of a socket for a new connection or datagram. Up to 64 programs, in attach order.
/// kernel: 5.9
inline constexpr hook_family sk_lookup_family{.name = "sk_lookup",
                                              .target = &netns_traits,
                                              .program = uapi::program_type::sk_lookup,
                                              .attach = uapi::attach_type::sk_lookup,
                                              .mechanisms = detail::netns_mechanisms,
                                              .abilities = detail::netns_abilities<false>};
/// Flow keys that are read out of packets. One program for each netns; while the initial netns has
/// one, no other netns may.
/// kernel: 5.8 by a link
inline constexpr hook_family flow_dissector_family{.name = "flow_dissector",
                                                   .target = &netns_traits,
                                                   .program = uapi::program_type::flow_dissector,
                                                   .attach = uapi::attach_type::flow_dissector,
                                                   .mechanisms = detail::netns_mechanisms,
                                                   .abilities = detail::netns_abilities<true>};

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct netns_room {
  static constexpr const hook_family* families[] = {&sk_lookup_family, &flow_dissector_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = netns_link,
                                                     .name = "netns link",
                                                     .word = "netns",
                                                     .target = &netns_traits,
                                                     .chain = netns_link,
                                                     .link = uapi::link_type::netns}};
};

/// Which socket takes a new connection or datagram in a network namespace. Up to 64 programs, in
/// the order in which they were attached.
///
/// kernel: 5.9; CAP_BPF and CAP_NET_ADMIN
/// source: kernel/bpf/net_namespace.c, net/core/filter.c
struct sk_lookup {
  /// Several programs share the hook, in the order in which they were attached.
  static constexpr bool exclusive = false;
  /// The link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// Which namespace; also by a path alone: `sk_lookup{"/run/netns/blue"}`.
  netns_name netns{};

  /// The same hook for the engine.
  operator any_hook() const {
    return {sk_lookup_family, netns.file(), sk_lookup_family.mechanisms};
  }
};

/// How a network namespace reads flow keys out of packets. One program only, and one in the initial
/// network namespace rules out all others.
///
/// kernel: 5.8 as a link; CAP_BPF and CAP_NET_ADMIN
/// source: kernel/bpf/net_namespace.c, net/core/flow_dissector.c
struct flow_dissector {
  /// One program at a time.
  static constexpr bool exclusive = true;
  /// The link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// Which namespace; also by a path alone, as in `sk_lookup`.
  netns_name netns{};

  /// The same hook for the engine.
  operator any_hook() const {
    return {flow_dissector_family, netns.file(), flow_dissector_family.mechanisms};
  }
};

}  // namespace linchpin::hook
