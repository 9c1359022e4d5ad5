// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// A cgroup v2 directory, by its path.
inline constexpr target_kind cgroup_target{2};
inline constexpr target_traits cgroup_traits{.kind = cgroup_target,
                                             .word = "cgroup",
                                             .indefinite = "a cgroup",
                                             .noun = "cgroup",
                                             .scope = target_scope::everywhere,
                                             .is_path = true,
                                             .unnamed = {}};

/// BPF_LINK_CREATE on a cgroup v2 directory.
inline constexpr mechanism cgroup_link{5};

namespace detail {

inline constexpr mechanism cgroup_mechanisms[] = {cgroup_link};

// A kernel that was not seen to honour anchors and revisions ignores or refuses them: up to 6.16 an
// expected revision is accepted and not compared.
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

inline constexpr hook_family cgroup_skb_ingress_family = detail::cgroup_family(
    "cgroup_skb_ingress", uapi::program_type::cgroup_skb, uapi::attach_type::cgroup_inet_ingress);
inline constexpr hook_family cgroup_skb_egress_family = detail::cgroup_family(
    "cgroup_skb_egress", uapi::program_type::cgroup_skb, uapi::attach_type::cgroup_inet_egress);
inline constexpr hook_family cgroup_bind4_family = detail::cgroup_family(
    "cgroup_bind4", uapi::program_type::cgroup_sock_addr, uapi::attach_type::cgroup_inet4_bind);
inline constexpr hook_family cgroup_bind6_family = detail::cgroup_family(
    "cgroup_bind6", uapi::program_type::cgroup_sock_addr, uapi::attach_type::cgroup_inet6_bind);
inline constexpr hook_family cgroup_connect4_family =
    detail::cgroup_family("cgroup_connect4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_inet4_connect);
inline constexpr hook_family cgroup_connect6_family =
    detail::cgroup_family("cgroup_connect6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_inet6_connect);
inline constexpr hook_family cgroup_sendmsg4_family =
    detail::cgroup_family("cgroup_sendmsg4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp4_sendmsg);
inline constexpr hook_family cgroup_sendmsg6_family =
    detail::cgroup_family("cgroup_sendmsg6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp6_sendmsg);
inline constexpr hook_family cgroup_recvmsg4_family =
    detail::cgroup_family("cgroup_recvmsg4", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp4_recvmsg);
inline constexpr hook_family cgroup_recvmsg6_family =
    detail::cgroup_family("cgroup_recvmsg6", uapi::program_type::cgroup_sock_addr,
                          uapi::attach_type::cgroup_udp6_recvmsg);
inline constexpr hook_family cgroup_sock_create_family =
    detail::cgroup_family("cgroup_sock_create", uapi::program_type::cgroup_sock,
                          uapi::attach_type::cgroup_inet_sock_create);
inline constexpr hook_family cgroup_sock_release_family =
    detail::cgroup_family("cgroup_sock_release", uapi::program_type::cgroup_sock,
                          uapi::attach_type::cgroup_inet_sock_release);
inline constexpr hook_family cgroup_sock_ops_family = detail::cgroup_family(
    "cgroup_sock_ops", uapi::program_type::sock_ops, uapi::attach_type::cgroup_sock_ops);
inline constexpr hook_family cgroup_getsockopt_family = detail::cgroup_family(
    "cgroup_getsockopt", uapi::program_type::cgroup_sockopt, uapi::attach_type::cgroup_getsockopt);
inline constexpr hook_family cgroup_setsockopt_family = detail::cgroup_family(
    "cgroup_setsockopt", uapi::program_type::cgroup_sockopt, uapi::attach_type::cgroup_setsockopt);
inline constexpr hook_family cgroup_device_family = detail::cgroup_family(
    "cgroup_device", uapi::program_type::cgroup_device, uapi::attach_type::cgroup_device);
inline constexpr hook_family cgroup_sysctl_family = detail::cgroup_family(
    "cgroup_sysctl", uapi::program_type::cgroup_sysctl, uapi::attach_type::cgroup_sysctl);

/// What linchpin/hook/families.hpp lists.
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

/// What the processes of a cgroup v2 directory and of those below it do, at one of the kernel's
/// cgroup hooks. Up to 64 programs; each sees the verdict of all as one: any refusal refuses. The
/// children's programs run before their parents'.
///
/// kernel: CAP_BPF and CAP_NET_ADMIN; order relative to other programs from 6.17 on, before that a
///   program is appended
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
