// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// A cgroup v2 directory, by its path.
inline constexpr target_kind cgroup_target{2};
/// How messages and kept texts name such a target. A cgroup is the same one in every netns.
inline constexpr target_traits cgroup_traits{.kind = cgroup_target,
                                             .word = "cgroup",
                                             .indefinite = "a cgroup",
                                             .noun = "cgroup",
                                             .scope = target_scope::everywhere,
                                             .is_path = true,
                                             .unnamed = {}};

/// Attaches by BPF_LINK_CREATE on a cgroup v2 directory (5.7).
inline constexpr mechanism cgroup_link{5};

namespace detail {

inline constexpr mechanism cgroup_mechanisms[] = {cgroup_link};

// Anchors and revisions count only on a kernel that was seen to honour them. Others ignore or
// refuse them: up to 6.16 an expected revision is accepted and not compared.
inline hook_abilities cgroup_abilities(mechanism how, const kernel_facts& facts) {
  if (how != cgroup_link) return {};
  const bool ordered = facts.of(cgroup_link).ordered.is_yes();
  return {.update = update_ability::compare_and_swap,
          .order = ordered ? order_ability::anchors : order_ability::append,
          .link = true,
          .query = true,
          .exclusive = false,
          .revision = ordered,
          .one_instance = false,
          .most = 64};
}

constexpr hook_family cgroup_family(std::string_view name, uapi::program_type program,
                                    uapi::attach_type attach) {
  return {.name = name,
          .target = &cgroup_traits,
          .program = program,
          .attach = attach,
          .mechanisms = cgroup_mechanisms,
          .abilities = cgroup_abilities,
          .attach_needs_admin = program == uapi::program_type::cgroup_skb};
}

}  // namespace detail

/// IP packets that are delivered to sockets of the cgroup. Their programs may be loaded without
/// CAP_NET_ADMIN; attaching them takes it.
inline constexpr hook_family cgroup_skb_ingress_family = detail::cgroup_family(
    "cgroup_skb_ingress", uapi::program_type::cgroup_skb, uapi::attach_type::cgroup_inet_ingress);
/// IP packets that sockets of the cgroup send. Their programs may be loaded without CAP_NET_ADMIN;
/// attaching them takes it.
inline constexpr hook_family cgroup_skb_egress_family = detail::cgroup_family(
    "cgroup_skb_egress", uapi::program_type::cgroup_skb, uapi::attach_type::cgroup_inet_egress);
/// bind(2) of inet sockets. Programs see and may change the IPv4 address and port.
inline constexpr hook_family cgroup_bind4_family = detail::cgroup_family(
    "cgroup_bind4", uapi::program_type::cgroup_sock_addr, uapi::attach_type::cgroup_inet4_bind);
/// bind(2) of inet6 sockets. Programs see and may change the IPv6 address and port.
inline constexpr hook_family cgroup_bind6_family = detail::cgroup_family(
    "cgroup_bind6", uapi::program_type::cgroup_sock_addr, uapi::attach_type::cgroup_inet6_bind);
/// connect(2) of inet sockets, TCP and UDP. Programs see and may change the IPv4 destination.
inline constexpr hook_family cgroup_connect4_family =
    detail::cgroup_family("cgroup_connect4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_inet4_connect);
/// connect(2) of inet6 sockets, TCP and UDP. Programs see and may change the IPv6 destination.
inline constexpr hook_family cgroup_connect6_family =
    detail::cgroup_family("cgroup_connect6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_inet6_connect);
/// sendmsg(2) of unconnected UDP sockets with an IPv4 destination, which a program may change.
inline constexpr hook_family cgroup_sendmsg4_family =
    detail::cgroup_family("cgroup_sendmsg4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp4_sendmsg);
/// sendmsg(2) of unconnected UDP sockets with an IPv6 destination, which a program may change.
inline constexpr hook_family cgroup_sendmsg6_family =
    detail::cgroup_family("cgroup_sendmsg6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp6_sendmsg);
/// recvmsg(2) of UDP datagrams. Programs may change the IPv4 source that the process is told.
/// kernel: 5.2
inline constexpr hook_family cgroup_recvmsg4_family =
    detail::cgroup_family("cgroup_recvmsg4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp4_recvmsg);
/// recvmsg(2) of UDP datagrams. Programs may change the IPv6 source that the process is told.
/// kernel: 5.2
inline constexpr hook_family cgroup_recvmsg6_family =
    detail::cgroup_family("cgroup_recvmsg6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp6_recvmsg);
/// socket(2) of inet and inet6 sockets.
inline constexpr hook_family cgroup_sock_create_family =
    detail::cgroup_family("cgroup_sock_create", uapi::program_type::cgroup_sock,
                          uapi::attach_type::cgroup_inet_sock_create);
/// The end of inet and inet6 sockets. A program can only look on.
/// kernel: 5.9
inline constexpr hook_family cgroup_sock_release_family =
    detail::cgroup_family("cgroup_sock_release", uapi::program_type::cgroup_sock,
                          uapi::attach_type::cgroup_inet_sock_release);
/// Events of TCP connections, which programs ask for by flags.
inline constexpr hook_family cgroup_sock_ops_family = detail::cgroup_family(
    "cgroup_sock_ops", uapi::program_type::sock_ops, uapi::attach_type::cgroup_sock_ops);
/// getsockopt(2), after the kernel has answered.
/// kernel: 5.3
inline constexpr hook_family cgroup_getsockopt_family = detail::cgroup_family(
    "cgroup_getsockopt", uapi::program_type::cgroup_sockopt, uapi::attach_type::cgroup_getsockopt);
/// setsockopt(2), before the kernel acts on it.
/// kernel: 5.3
inline constexpr hook_family cgroup_setsockopt_family = detail::cgroup_family(
    "cgroup_setsockopt", uapi::program_type::cgroup_sockopt, uapi::attach_type::cgroup_setsockopt);
/// open(2) and mknod(2) of device nodes, as the devices controller of cgroup v1 did.
inline constexpr hook_family cgroup_device_family = detail::cgroup_family(
    "cgroup_device", uapi::program_type::cgroup_device, uapi::attach_type::cgroup_device);
/// read(2) and write(2) of files below /proc/sys.
/// kernel: 5.2
inline constexpr hook_family cgroup_sysctl_family = detail::cgroup_family(
    "cgroup_sysctl", uapi::program_type::cgroup_sysctl, uapi::attach_type::cgroup_sysctl);

/// The families and mechanisms of this header, for the list in linchpin/hook/rooms.inc.
struct cgroup_room {
  static constexpr const hook_family* families[] = {
      &cgroup_skb_ingress_family, &cgroup_skb_egress_family,  &cgroup_bind4_family,
      &cgroup_bind6_family,       &cgroup_connect4_family,    &cgroup_connect6_family,
      &cgroup_sendmsg4_family,    &cgroup_sendmsg6_family,    &cgroup_recvmsg4_family,
      &cgroup_recvmsg6_family,    &cgroup_sock_create_family, &cgroup_sock_release_family,
      &cgroup_sock_ops_family,    &cgroup_getsockopt_family,  &cgroup_setsockopt_family,
      &cgroup_device_family,      &cgroup_sysctl_family};
  static constexpr mechanism_traits mechanisms[] = {{.how = cgroup_link,
                                                     .name = "cgroup link",
                                                     .word = "cgroup",
                                                     .target = &cgroup_traits,
                                                     .chain = cgroup_link,
                                                     .link = uapi::link_type::cgroup,
                                                     .may_be_closed = true}};
};

/// What the processes of a cgroup v2 directory and of the directories below it do, at one of the
/// kernel's cgroup hooks. Up to 64 programs stand there; when one of them refuses, the action is
/// refused. The programs of a child run before those of its parent.
///
/// kernel: 5.7; CAP_BPF and CAP_NET_ADMIN. An order relative to other programs from 6.17 on; before
///   that a program is appended.
/// cost: an attach about 40 us, an update under 1 us
/// source: kernel/bpf/cgroup.c
/// \tparam Family which of the kernel's cgroup hooks it is
template <const hook_family& Family>
struct cgroup_hook {
  /// Several programs share such a hook.
  static constexpr bool exclusive = false;
  /// A link's program can be replaced in one step.
  static constexpr bool updatable = true;
  /// The cgroup v2 directory: "/sys/fs/cgroup/web".
  std::string path;

  /// The same hook for the engine.
  operator any_hook() const { return {Family, path, Family.mechanisms}; }
};

/// IP packets delivered to sockets of the cgroup: may be dropped.
using cgroup_skb_ingress = cgroup_hook<cgroup_skb_ingress_family>;
/// IP packets sent by sockets of the cgroup: may be dropped, and then sendto(2) says EPERM.
using cgroup_skb_egress = cgroup_hook<cgroup_skb_egress_family>;

/// bind(2) to an IPv4 address: may refuse or rewrite it.
using cgroup_bind4 = cgroup_hook<cgroup_bind4_family>;
/// bind(2) to an IPv6 address: may refuse or rewrite it.
using cgroup_bind6 = cgroup_hook<cgroup_bind6_family>;
/// connect(2) to an IPv4 address: may refuse or rewrite it.
using cgroup_connect4 = cgroup_hook<cgroup_connect4_family>;
/// connect(2) to an IPv6 address: may refuse or rewrite it.
using cgroup_connect6 = cgroup_hook<cgroup_connect6_family>;
/// sendmsg(2) on an unconnected IPv4 UDP socket: may refuse it or rewrite the address.
using cgroup_sendmsg4 = cgroup_hook<cgroup_sendmsg4_family>;
/// sendmsg(2) on an unconnected IPv6 UDP socket: may refuse it or rewrite the address.
using cgroup_sendmsg6 = cgroup_hook<cgroup_sendmsg6_family>;
/// recvmsg(2) on an unconnected IPv4 UDP socket: may rewrite the address that is told.
using cgroup_recvmsg4 = cgroup_hook<cgroup_recvmsg4_family>;
/// recvmsg(2) on an unconnected IPv6 UDP socket: may rewrite the address that is told.
using cgroup_recvmsg6 = cgroup_hook<cgroup_recvmsg6_family>;

/// An inet socket is made: may be refused.
using cgroup_sock_create = cgroup_hook<cgroup_sock_create_family>;
/// An inet socket goes.
using cgroup_sock_release = cgroup_hook<cgroup_sock_release_family>;
/// TCP events: connection states, round trip times, header options.
using cgroup_sock_ops = cgroup_hook<cgroup_sock_ops_family>;

/// getsockopt(2): may rewrite what it returns.
using cgroup_getsockopt = cgroup_hook<cgroup_getsockopt_family>;
/// setsockopt(2): may refuse it or rewrite what is set.
using cgroup_setsockopt = cgroup_hook<cgroup_setsockopt_family>;

/// Opening and making device nodes: may be refused.
using cgroup_device = cgroup_hook<cgroup_device_family>;
/// Reading and writing below /proc/sys: may be refused or rewritten.
using cgroup_sysctl = cgroup_hook<cgroup_sysctl_family>;

}  // namespace linchpin::hook
