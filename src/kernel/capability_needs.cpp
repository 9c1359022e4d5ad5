// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/capability_needs.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

constexpr capability_needs nothing_at_all{false, false, false};
constexpr capability_needs net_admin_alone{false, true, false};

}  // namespace

std::vector<missing_capability> known_missing(const thread_privileges& held,
                                              const capability_needs& needed) {
  std::vector<missing_capability> missing;
  const auto ask = [&missing](bool wanted, const answer& had, std::string_view name) {
    if (wanted && had.is_no()) missing.push_back({name, had.reason()});
  };
  ask(needed.bpf, held.bpf, "CAP_BPF");
  ask(needed.net_admin, held.net_admin, "CAP_NET_ADMIN");
  ask(needed.perfmon, held.perfmon, "CAP_PERFMON");
  return missing;
}

// An XDP program is told by rtnetlink, which tells everybody.
capability_needs needs_to_list(mechanism how) noexcept {
  switch (how) {
    case mechanism::tcx:
    case mechanism::cgroup:
    case mechanism::netns:
      return net_admin_alone;
    case mechanism::xdp_native:
    case mechanism::xdp_generic:
    case mechanism::clsact:
      break;
  }
  return nothing_at_all;
}

// Whoever has a program may make a link of it, unless anybody may load such programs.
capability_needs needs_to_attach(mechanism how, uapi::attach_type type) noexcept {
  using enum uapi::attach_type;
  const bool skb = type == cgroup_inet_ingress || type == cgroup_inet_egress;
  return skb || how == mechanism::clsact ? net_admin_alone : nothing_at_all;
}

// Whoever has a link may end it.
capability_needs needs_to_detach(mechanism how) noexcept {
  return how == mechanism::clsact ? net_admin_alone : nothing_at_all;
}

}  // namespace linchpin::detail
