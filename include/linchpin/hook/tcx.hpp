// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/interface.hpp>
#include <linchpin/hook/netns_name.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// Attaches by BPF_LINK_CREATE as tcx_ingress or tcx_egress (6.6).
inline constexpr mechanism tcx_link{3};
/// Attaches by rtnetlink as a cls_bpf filter in direct-action mode under a clsact qdisc. There is
/// no link: the filter stays until somebody deletes it.
inline constexpr mechanism clsact_filter{4};

namespace detail {

inline constexpr mechanism tcx_mechanisms[] = {tcx_link, clsact_filter};

inline hook_abilities tcx_abilities(mechanism how, const kernel_facts&) {
  if (how == tcx_link) {
    return {.update = update_ability::compare_and_swap,
            .order = order_ability::anchors,
            .link = true,
            .query = true,
            .exclusive = false,
            .revision = true,
            .one_instance = true,
            .most = 63};
  }
  if (how == clsact_filter) {
    return {.update = update_ability::swap,
            .order = order_ability::priorities,
            .link = false,
            .query = true,
            .exclusive = false,
            .revision = false,
            .one_instance = false,
            .most = 0};
  }
  return {};
}

constexpr hook_family tcx_direction(std::string_view name, uapi::attach_type attach) {
  return {.name = name,
          .target = &interface_traits,
          .program = uapi::program_type::sched_cls,
          .attach = attach,
          .mechanisms = tcx_mechanisms,
          .abilities = tcx_abilities};
}

}  // namespace detail

/// Packets that arrive at an interface: a tcx link where the kernel has them, else a clsact filter.
inline constexpr hook_family tcx_ingress_family =
    detail::tcx_direction("tcx_ingress", uapi::attach_type::tcx_ingress);
/// Packets that leave by an interface, by the same two mechanisms.
inline constexpr hook_family tcx_egress_family =
    detail::tcx_direction("tcx_egress", uapi::attach_type::tcx_egress);

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct tcx_room {
  static constexpr const hook_family* families[] = {&tcx_ingress_family, &tcx_egress_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = tcx_link,
                                                     .name = "tcx link",
                                                     .word = "tcx",
                                                     .target = &interface_traits,
                                                     .chain = tcx_link,
                                                     .link = uapi::link_type::tcx,
                                                     .lists_links = true},
                                                    {.how = clsact_filter,
                                                     .name = "clsact filter",
                                                     .word = "clsact",
                                                     .target = &interface_traits,
                                                     .chain = clsact_filter,
                                                     .has_link = false,
                                                     .list_needs_admin = false,
                                                     .change_needs_admin = true}};
};

/// Packets arriving at an interface, before the stack. A tcx link from Linux 6.6 on; on older
/// kernels a cls_bpf filter under clsact, with the same verdicts (TC_ACT_UNSPEC goes on to the next
/// program). Up to 63 programs stand in a tcx chain.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN; in another network namespace CAP_SYS_ADMIN as well
/// source: net/core/dev.c sch_handle_ingress, kernel/bpf/tcx.c, net/sched/cls_bpf.c
struct tcx_ingress {
  /// Several programs share the hook, in an order that can be chosen.
  static constexpr bool exclusive = false;
  /// A link's or filter's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The name of the interface: "eth0".
  std::string interface;
  /// Where the interface is.
  netns_name netns{};

  /// The same hook for the engine.
  operator any_hook() const {
    return {tcx_ingress_family, interface, tcx_ingress_family.mechanisms, netns};
  }
};

/// Packets leaving by an interface, after routing. In all else as `tcx_ingress`.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN; in another network namespace CAP_SYS_ADMIN as well
/// source: net/core/dev.c sch_handle_egress, kernel/bpf/tcx.c, net/sched/cls_bpf.c
struct tcx_egress {
  /// Several programs share the hook, in an order that can be chosen.
  static constexpr bool exclusive = false;
  /// A link's or filter's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The name of the interface: "eth0".
  std::string interface;
  /// Where the interface is.
  netns_name netns{};

  /// The same hook for the engine.
  operator any_hook() const {
    return {tcx_egress_family, interface, tcx_egress_family.mechanisms, netns};
  }
};

}  // namespace linchpin::hook
