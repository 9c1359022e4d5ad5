// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/capability_needs.hpp"

#include <linchpin/hook/families.hpp>

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
  ask(needed.sys_admin, held.sys_admin, "CAP_SYS_ADMIN");
  return missing;
}

capability_needs needs_to_list(mechanism how) noexcept {
  const bool known = &traits_of(how) != &unknown_mechanism;
  return known && traits_of(how).list_needs_admin ? net_admin_alone : nothing_at_all;
}

// A process that has a program may make a link of it; only programs that anybody may load take a
// capability.
capability_needs needs_to_attach(mechanism how, uapi::attach_type type) noexcept {
  const auto* family = find_hook_family(how, type);
  const bool open_to_all = family != nullptr && family->attach_needs_admin;
  return open_to_all || traits_of(how).change_needs_admin ? net_admin_alone : nothing_at_all;
}

// A process that has a link may detach it.
capability_needs needs_to_detach(mechanism how) noexcept {
  return traits_of(how).change_needs_admin ? net_admin_alone : nothing_at_all;
}

capability_needs needs_to_visit_netns() noexcept {
  return {false, false, false, true};
}

}  // namespace linchpin::detail
