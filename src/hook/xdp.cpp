// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/xdp.hpp>

#include "hook/mechanism.hpp"

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace {

constexpr mechanism mechanisms[] = {mechanism::xdp_native, mechanism::xdp_generic};

hook_abilities abilities(mechanism how, const kernel_facts&) {
  if (how != mechanism::xdp_native && how != mechanism::xdp_generic) return {};
  return {.update = update_ability::compare_and_swap,
          .order = order_ability::none,
          .link = true,
          .query = true,
          .exclusive = true,
          .revision = false,
          .one_instance = true,
          .most = 1};
}

// Whether the interface's driver has a native mode shows at attach only.
answer available(mechanism how, const kernel_facts& facts) {
  if (how != mechanism::xdp_native && how != mechanism::xdp_generic) return not_realised_by(how);
  return facts.xdp_link;
}

}  // namespace

constinit const hook_family xdp_family{.name = "xdp",
                                       .target = target_kind::interface,
                                       .program = uapi::program_type::xdp,
                                       .attach = uapi::attach_type::xdp,
                                       .mechanisms = mechanisms,
                                       .abilities = abilities,
                                       .available = available};

}  // namespace linchpin::hook
