// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// The kernel as a whole, which has one list of TCP congestion controls.
inline constexpr target_kind kernel_target{5};
/// How messages and kept texts name the kernel as a target.
inline constexpr target_traits kernel_traits{.kind = kernel_target,
                                             .word = "kernel",
                                             .indefinite = "the kernel",
                                             .noun = "kernel",
                                             .scope = target_scope::everywhere,
                                             .is_path = false,
                                             .unnamed = "kernel"};

/// Attaches by BPF_LINK_CREATE a struct_ops map that was created with BPF_F_LINK (6.4).
inline constexpr mechanism struct_ops_link{11};

namespace detail {

inline constexpr mechanism struct_ops_mechanisms[] = {struct_ops_link};

// The kernel lists no struct_ops. A second one of the same name is refused (EEXIST).
inline hook_abilities struct_ops_abilities(mechanism how, const kernel_facts&) {
  if (how != struct_ops_link) return {};
  return {.update = update_ability::compare_and_swap,
          .order = order_ability::none,
          .link = true,
          .query = false,
          .exclusive = true,
          .revision = false,
          .one_instance = true,
          .most = 0};
}

}  // namespace detail

/// TCP congestion controls: attaches maps and not programs.
/// kernel: 6.4 by a link
inline constexpr hook_family tcp_congestion_family{.name = "tcp_congestion",
                                                   .target = &kernel_traits,
                                                   .program = uapi::program_type::struct_ops,
                                                   .attaches = attached_kind::map,
                                                   .structure = "tcp_congestion_ops",
                                                   .attach = uapi::attach_type::struct_ops,
                                                   .mechanisms = detail::struct_ops_mechanisms,
                                                   .abilities = detail::struct_ops_abilities};

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct tcp_congestion_room {
  static constexpr const hook_family* families[] = {&tcp_congestion_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = struct_ops_link,
                                                     .name = "struct_ops link",
                                                     .word = "struct_ops",
                                                     .target = &kernel_traits,
                                                     .chain = struct_ops_link,
                                                     .link = uapi::link_type::struct_ops,
                                                     .list_needs_admin = false}};
};

/// A TCP congestion control. What is attached is a struct_ops map of the object, by the name of its
/// variable; its programs are loaded with the object and attached by nothing else:
///
///     SEC(".struct_ops") struct tcp_congestion_ops edge_cc = {..., .name = "edge_cc"};
///     component.attach("edge_cc", hook::tcp_congestion{});
///
/// From then on sockets can ask for the algorithm by the `.name` in the structure, with
/// setsockopt(TCP_CONGESTION). An upgrade replaces the map in one step: connections that begin
/// later use the next generation, and established ones keep the algorithm that they began with
/// until they end, also when the component is removed. The kernel refuses a second algorithm of the
/// same name (EEXIST), the component's own included. Therefore the next generation must have the
/// same name in its structure, and the update strategy must be update::in_place or recreate.
///
/// kernel: 6.4; CAP_BPF and CAP_PERFMON; for a socket to use it, CAP_NET_ADMIN or
///   tcp_allowed_congestion_control
/// source: kernel/bpf/bpf_struct_ops.c, net/ipv4/bpf_tcp_ca.c, net/ipv4/tcp_cong.c; measured on
///   6.18
struct tcp_congestion {
  /// One algorithm of a name.
  static constexpr bool exclusive = true;
  /// The link's map can be replaced in one step.
  static constexpr bool updatable = true;

  /// The same hook for the engine.
  operator any_hook() const {
    return {tcp_congestion_family, {}, tcp_congestion_family.mechanisms};
  }
};

}  // namespace linchpin::hook
