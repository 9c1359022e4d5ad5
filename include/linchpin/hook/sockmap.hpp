// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace detail {

constexpr bool holds_sockets(uapi::map_type type) {
  return type == uapi::map_type::sockmap || type == uapi::map_type::sockhash;
}

}  // namespace detail

/// A sockmap or sockhash of the component itself, by the name that it has in the object.
inline constexpr target_kind sockmap_target{4};
/// How messages and kept texts name such a target. It is known once the component is loaded.
inline constexpr target_traits sockmap_traits{.kind = sockmap_target,
                                              .word = "map",
                                              .indefinite = "a sockmap",
                                              .noun = "sockmap",
                                              .scope = target_scope::in_the_component,
                                              .is_path = false,
                                              .unnamed = {},
                                              .before_name = "map ",
                                              .takes = detail::holds_sockets};

/// Attaches by BPF_LINK_CREATE on a sockmap or sockhash (6.10).
inline constexpr mechanism sockmap_link{10};

namespace detail {

inline constexpr mechanism sockmap_mechanisms[] = {sockmap_link};

inline hook_abilities sockmap_abilities(mechanism how, const kernel_facts&) {
  if (how != sockmap_link) return {};
  return {.update = update_ability::compare_and_swap,
          .order = order_ability::none,
          .link = true,
          .query = true,
          .exclusive = true,
          .revision = false,
          .one_instance = true,
          .most = 1};
}

}  // namespace detail

/// Messages that the sockets of a map send. One program for each map.
/// kernel: 6.10 by a link
inline constexpr hook_family sk_msg_family{.name = "sk_msg",
                                           .target = &sockmap_traits,
                                           .program = uapi::program_type::sk_msg,
                                           .attach = uapi::attach_type::sk_msg_verdict,
                                           .mechanisms = detail::sockmap_mechanisms,
                                           .abilities = detail::sockmap_abilities};
/// Packets that the sockets of a map receive. One program for each map.
/// kernel: 6.10 by a link
inline constexpr hook_family sk_skb_verdict_family{.name = "sk_skb_verdict",
                                                   .target = &sockmap_traits,
                                                   .program = uapi::program_type::sk_skb,
                                                   .attach = uapi::attach_type::sk_skb_verdict,
                                                   .mechanisms = detail::sockmap_mechanisms,
                                                   .abilities = detail::sockmap_abilities};

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct sockmap_room {
  static constexpr const hook_family* families[] = {&sk_msg_family, &sk_skb_verdict_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = sockmap_link,
                                                     .name = "sockmap link",
                                                     .word = "sockmap",
                                                     .target = &sockmap_traits,
                                                     .chain = sockmap_link,
                                                     .link = uapi::link_type::sockmap}};
};

/// What the sockets of a sockmap send: each sendmsg passes, is dropped, or goes to another socket
/// of a map. One program for each map.
///
/// The map is one of the component's own, and known once the component is loaded. A new generation
/// that keeps the map (`carry::reuse`, the stock policy) gets its program by one swap. When the map
/// is created again, the new generation is attached there before the old attachment ends, and
/// starts without sockets.
///
/// A socket takes the program of its map when it is put there, and keeps it until it leaves the map
/// or ends: through an upgrade, and through the removal of the component, whose program and map it
/// holds until then. A service that wants its open connections to go by the next generation takes
/// them out of the map and puts them in again; between the two they go as without a map. In a
/// second map with a program the kernel does not take a socket (EBUSY).
///
/// kernel: 6.10; CAP_BPF and CAP_NET_ADMIN
/// source: net/core/sock_map.c: sock_map_link, sock_map_link_create, sock_map_link_update_prog;
///   measured on 6.18
struct sk_msg {
  /// One program for each map.
  static constexpr bool exclusive = true;
  /// The link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The name of the map's variable in the object: "sockets".
  std::string map;

  /// The same hook for the engine.
  operator any_hook() const { return {sk_msg_family, map, sk_msg_family.mechanisms}; }
};

/// What the sockets of a sockmap receive: each packet passes, is dropped, or goes to another socket
/// of a map. Otherwise as `sk_msg`.
///
/// kernel: 6.10; CAP_BPF and CAP_NET_ADMIN
/// source: net/core/sock_map.c, net/core/skmsg.c
struct sk_skb_verdict {
  /// One program for each map.
  static constexpr bool exclusive = true;
  /// The link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The name of the map's variable in the object: "sockets".
  std::string map;

  /// The same hook for the engine.
  operator any_hook() const {
    return {sk_skb_verdict_family, map, sk_skb_verdict_family.mechanisms};
  }
};

}  // namespace linchpin::hook
