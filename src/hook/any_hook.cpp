// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr const hook_family* families[] = {
    &hook::xdp_family,
    &hook::tcx_ingress_family,
    &hook::tcx_egress_family,
    &hook::cgroup_skb_ingress_family,
    &hook::cgroup_skb_egress_family,
    &hook::cgroup_bind4_family,
    &hook::cgroup_bind6_family,
    &hook::cgroup_connect4_family,
    &hook::cgroup_connect6_family,
    &hook::cgroup_sendmsg4_family,
    &hook::cgroup_sendmsg6_family,
    &hook::cgroup_recvmsg4_family,
    &hook::cgroup_recvmsg6_family,
    &hook::cgroup_sock_create_family,
    &hook::cgroup_sock_release_family,
    &hook::cgroup_sock_ops_family,
    &hook::cgroup_getsockopt_family,
    &hook::cgroup_setsockopt_family,
    &hook::cgroup_device_family,
    &hook::cgroup_sysctl_family,
    &hook::sk_lookup_family,
    &hook::flow_dissector_family,
};

}  // namespace

std::string any_hook::text() const {
  if (on_.kind == target_kind::netns && on_.name.empty()) {
    return fmt::format("{} own netns", family_->name);
  }
  return fmt::format("{} {}", family_->name, on_.name);
}

std::span<const hook_family* const> hook_families() noexcept {
  return families;
}

const hook_family* find_hook_family(std::string_view name) noexcept {
  for (const auto* family : families) {
    if (family->name == name) return family;
  }
  return nullptr;
}

}  // namespace linchpin
