// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/tcx.hpp>

#include "hook/mechanism.hpp"

namespace linchpin::hook {

namespace {

constexpr mechanism mechanisms[] = {mechanism::tcx, mechanism::clsact};

hook_abilities abilities(mechanism how, const kernel_facts&) {
  if (how == mechanism::tcx) {
    return {.update = update_ability::compare_and_swap,
            .order = order_ability::anchors,
            .link = true,
            .query = true,
            .exclusive = false,
            .revision = true};
  }
  if (how == mechanism::clsact) {
    return {.update = update_ability::swap,
            .order = order_ability::priorities,
            .link = false,
            .query = true,
            .exclusive = false,
            .revision = false};
  }
  return {};
}

answer available(mechanism how, const kernel_facts& facts) {
  if (how == mechanism::tcx) return facts.tcx;
  // sch_ingress and cls_bpf are modules that load on first use, or are not there.
  if (how == mechanism::clsact) return answer::unknown("clsact shows at the first attach");
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
