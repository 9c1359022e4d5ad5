// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/cgroup.hpp>

#include "hook/mechanism.hpp"

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace {

constexpr mechanism mechanisms[] = {mechanism::cgroup};

// A kernel that was not seen to honour anchors and revisions ignores or refuses them: up to 6.16 an
// expected revision is accepted and not compared.
hook_abilities abilities(mechanism how, const kernel_facts& facts) {
  if (how != mechanism::cgroup) return {};
  const bool ordered = facts.cgroup_order.is_yes();
  return {.update = update_ability::compare_and_swap,
          .order = ordered ? order_ability::anchors : order_ability::append,
          .link = true,
          .query = true,
          .exclusive = false,
          .revision = ordered,
          .one_instance = false,
          .most = 64};
}

answer available(mechanism how, const kernel_facts& facts) {
  return how == mechanism::cgroup ? facts.cgroup_link : not_realised_by(how);
}

constexpr hook_family family(std::string_view name, uapi::program_type program,
                             uapi::attach_type attach) {
  return {.name = name,
          .target = target_kind::cgroup,
          .program = program,
          .attach = attach,
          .mechanisms = mechanisms,
          .abilities = abilities,
          .available = available};
}

using uapi::attach_type;
using uapi::program_type;

}  // namespace

constinit const hook_family cgroup_skb_ingress_family =
    family("cgroup_skb_ingress", program_type::cgroup_skb, attach_type::cgroup_inet_ingress);
constinit const hook_family cgroup_skb_egress_family =
    family("cgroup_skb_egress", program_type::cgroup_skb, attach_type::cgroup_inet_egress);
constinit const hook_family cgroup_bind4_family =
    family("cgroup_bind4", program_type::cgroup_sock_addr, attach_type::cgroup_inet4_bind);
constinit const hook_family cgroup_bind6_family =
    family("cgroup_bind6", program_type::cgroup_sock_addr, attach_type::cgroup_inet6_bind);
constinit const hook_family cgroup_connect4_family =
    family("cgroup_connect4", program_type::cgroup_sock_addr, attach_type::cgroup_inet4_connect);
constinit const hook_family cgroup_connect6_family =
    family("cgroup_connect6", program_type::cgroup_sock_addr, attach_type::cgroup_inet6_connect);
constinit const hook_family cgroup_sendmsg4_family =
    family("cgroup_sendmsg4", program_type::cgroup_sock_addr, attach_type::cgroup_udp4_sendmsg);
constinit const hook_family cgroup_sendmsg6_family =
    family("cgroup_sendmsg6", program_type::cgroup_sock_addr, attach_type::cgroup_udp6_sendmsg);
constinit const hook_family cgroup_recvmsg4_family =
    family("cgroup_recvmsg4", program_type::cgroup_sock_addr, attach_type::cgroup_udp4_recvmsg);
constinit const hook_family cgroup_recvmsg6_family =
    family("cgroup_recvmsg6", program_type::cgroup_sock_addr, attach_type::cgroup_udp6_recvmsg);
constinit const hook_family cgroup_sock_create_family =
    family("cgroup_sock_create", program_type::cgroup_sock, attach_type::cgroup_inet_sock_create);
constinit const hook_family cgroup_sock_release_family =
    family("cgroup_sock_release", program_type::cgroup_sock, attach_type::cgroup_inet_sock_release);
constinit const hook_family cgroup_sock_ops_family =
    family("cgroup_sock_ops", program_type::sock_ops, attach_type::cgroup_sock_ops);
constinit const hook_family cgroup_getsockopt_family =
    family("cgroup_getsockopt", program_type::cgroup_sockopt, attach_type::cgroup_getsockopt);
constinit const hook_family cgroup_setsockopt_family =
    family("cgroup_setsockopt", program_type::cgroup_sockopt, attach_type::cgroup_setsockopt);
constinit const hook_family cgroup_device_family =
    family("cgroup_device", program_type::cgroup_device, attach_type::cgroup_device);
constinit const hook_family cgroup_sysctl_family =
    family("cgroup_sysctl", program_type::cgroup_sysctl, attach_type::cgroup_sysctl);

}  // namespace linchpin::hook
