// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/tcx.hpp>

#include "hook/mechanism.hpp"

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace {

constexpr mechanism mechanisms[] = {mechanism::tcx, mechanism::clsact};

hook_abilities abilities(mechanism how, const kernel_facts&) {
  if (how == mechanism::tcx) {
    return {.update = update_ability::compare_and_swap,
            .order = order_ability::anchors,
            .link = true,
            .query = true,
            .exclusive = false,
            .revision = true,
            .one_instance = true,
            .most = 63};
  }
  if (how == mechanism::clsact) {
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

answer available(mechanism how, const kernel_facts& facts) {
  if (how == mechanism::tcx) return facts.tcx;
  if (how == mechanism::clsact) return facts.clsact;
  return not_realised_by(how);
}

}  // namespace

constinit const hook_family tcx_ingress_family{.name = "tcx_ingress",
                                               .target = target_kind::interface,
                                               .program = uapi::program_type::sched_cls,
                                               .attach = uapi::attach_type::tcx_ingress,
                                               .mechanisms = mechanisms,
                                               .abilities = abilities,
                                               .available = available};

constinit const hook_family tcx_egress_family{.name = "tcx_egress",
                                              .target = target_kind::interface,
                                              .program = uapi::program_type::sched_cls,
                                              .attach = uapi::attach_type::tcx_egress,
                                              .mechanisms = mechanisms,
                                              .abilities = abilities,
                                              .available = available};

}  // namespace linchpin::hook
