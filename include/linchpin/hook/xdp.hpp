// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/interface.hpp>
#include <linchpin/hook/netns_name.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// Attaches by BPF_LINK_CREATE with XDP_FLAGS_DRV_MODE: the program runs in the driver, where the
/// driver can do that.
inline constexpr mechanism xdp_native{1};
/// Attaches by BPF_LINK_CREATE with XDP_FLAGS_SKB_MODE: the program runs behind the driver, with
/// any driver. It takes the same place as `xdp_native`: an interface has one of the two.
inline constexpr mechanism xdp_generic{2};

namespace detail {

inline constexpr mechanism xdp_mechanisms[] = {xdp_native, xdp_generic};

inline hook_abilities xdp_abilities(mechanism how, const kernel_facts&) {
  if (how != xdp_native && how != xdp_generic) return {};
  return {.update = update_ability::compare_and_swap,
          .order = order_ability::none,
          .link = true,
          .query = true,
          .exclusive = true,
          .revision = false,
          .one_instance = true,
          .most = 1};
}

constexpr mechanism_traits xdp_mechanism(mechanism how, std::string_view name,
                                         std::string_view word) {
  // rtnetlink tells everybody which XDP program an interface has.
  return {.how = how,
          .name = name,
          .word = word,
          .target = &interface_traits,
          .chain = xdp_native,
          .link = uapi::link_type::xdp,
          .list_needs_admin = false};
}

}  // namespace detail

/// Packets that arrive at an interface, before an skb exists.
/// kernel: 5.9 by a link
inline constexpr hook_family xdp_family{.name = "xdp",
                                        .target = &interface_traits,
                                        .program = uapi::program_type::xdp,
                                        .attach = uapi::attach_type::xdp,
                                        .mechanisms = detail::xdp_mechanisms,
                                        .abilities = detail::xdp_abilities,
                                        .one_way = true};

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct xdp_room {
  static constexpr const hook_family* families[] = {&xdp_family};
  static constexpr mechanism_traits mechanisms[] = {
      detail::xdp_mechanism(xdp_native, "xdp native", "xdp_native"),
      detail::xdp_mechanism(xdp_generic, "xdp generic", "xdp_generic")};
};

/// Where an XDP program runs: in the driver (native), on skbs right behind the driver (generic), or
/// in the driver where the driver can do that (either).
enum class xdp_way : unsigned char { either, native, generic };

/// Packets arriving at an interface, before an skb exists. One program only. It runs in the driver
/// where the driver can do that (native), else right behind it (generic); `native()` and
/// `generic()` insist on one of them.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN; in another network namespace CAP_SYS_ADMIN as well
/// cost: an attach or update waits for a grace period, with the rtnetlink lock held, whenever the
///   set of XDP programs of the whole machine changes; otherwise an update takes about 1 us
/// source: net/core/dev.c bpf_xdp_link_attach, kernel/bpf/dispatcher.c
template <xdp_way Way>
struct xdp_hook {
  /// One program at a time; links refuse a second one.
  static constexpr bool exclusive = true;
  /// The link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The way that it insists on.
  static constexpr xdp_way way = Way;
  /// The name of the interface: "eth0".
  std::string interface;
  netns_name netns{};  ///< where the interface is

  /// This hook in the way that a component takes at all its hooks of XDP. A hook that insists on
  /// another way does not compile.
  template <xdp_way Taken>
  [[nodiscard]] xdp_hook<Taken> in_way() && {
    static_assert(Way == xdp_way::either || Way == Taken,
                  "linchpin: a component takes XDP in one way at all its hooks: "
                  "component<Update, hook::xdp_way::native> (or generic) says which, and is "
                  "attached at hook::xdp{...}");
    return {std::move(interface), std::move(netns)};
  }
  /// This hook in the driver or not at all.
  [[nodiscard]] xdp_hook<xdp_way::native> native() const
    requires(Way == xdp_way::either)
  {
    return {interface, netns};
  }
  /// This hook on skbs, whatever the driver can do.
  [[nodiscard]] xdp_hook<xdp_way::generic> generic() const
    requires(Way == xdp_way::either)
  {
    return {interface, netns};
  }

  /// The same hook for the engine, with the mechanisms that the way leaves.
  operator any_hook() const {
    const auto all = xdp_family.mechanisms;
    if constexpr (Way == xdp_way::native) return {xdp_family, interface, all.first<1>(), netns};
    if constexpr (Way == xdp_way::generic) return {xdp_family, interface, all.last<1>(), netns};
    return {xdp_family, interface, all, netns};
  }
};

/// XDP in whichever way the driver can: what most services want.
using xdp = xdp_hook<xdp_way::either>;

}  // namespace linchpin::hook
