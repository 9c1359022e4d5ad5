// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// The kernel as a whole, which has one list of TCP congestion controls.
inline constexpr target_kind kernel_target{5};
inline constexpr target_traits kernel_traits{.kind = kernel_target,
                                             .word = "kernel",
                                             .indefinite = "the kernel",
                                             .noun = "kernel",
                                             .scope = target_scope::everywhere,
                                             .is_path = false,
                                             .unnamed = "kernel"};

/// BPF_LINK_CREATE of a struct_ops map that was made with BPF_F_LINK.
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

/// The hook of TCP congestion controls.
inline constexpr hook_family tcp_congestion_family{.name = "tcp_congestion",
                                                   .target = &kernel_traits,
                                                   .program = uapi::program_type::struct_ops,
                                                   .attaches = attached_kind::map,
                                                   .structure = "tcp_congestion_ops",
                                                   .attach = uapi::attach_type::struct_ops,
                                                   .mechanisms = detail::struct_ops_mechanisms,
                                                   .abilities = detail::struct_ops_abilities};

/// What linchpin/hook/families.hpp lists.
struct tcp_congestion_room {
  static constexpr const hook_family* families[] = {&tcp_congestion_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = struct_ops_link,
                                                     .name = "struct_ops link",
                                                     .word = "struct_ops",
                                                     .target = &kernel_traits,
                                                     .chain = struct_ops_link,
                                                     .link = uapi::link_type::struct_ops,
                                                     .link_tells_type = false,
                                                     .list_needs_admin = false}};
};

/// A TCP congestion control. What is attached is a struct_ops map of the object, by the name of its
/// variable; its programs are loaded with the object and attached by nothing else:
///
///     SEC(".struct_ops") struct tcp_congestion_ops edge_cc = {..., .name = "edge_cc"};
///     component.attach("edge_cc", hook::tcp_congestion{});
///
/// From then on sockets can ask for the algorithm by the name inside, with setsockopt(TCP_CONGESTION).
/// An upgrade replaces the map in one step: new connections use the new generation, established ones
/// keep the algorithm that they began with until they end. So do those that are there when the
/// component is removed. Another algorithm of the same name is refused (EEXIST), ours included: so the
/// next generation has the same name inside, and the update strategy is update::in_place or recreate.
///
/// kernel: 6.4; CAP_BPF and CAP_PERFMON; for a socket to use it, CAP_NET_ADMIN or
///   tcp_allowed_congestion_control
/// source: kernel/bpf/bpf_struct_ops.c, net/ipv4/bpf_tcp_ca.c, net/ipv4/tcp_cong.c; measured on 6.18
struct tcp_congestion {
  static constexpr bool exclusive = true;
  static constexpr bool updatable = true;

  operator any_hook() const {
    return {tcp_congestion_family, {}, tcp_congestion_family.mechanisms};
  }
};

}  // namespace linchpin::hook
