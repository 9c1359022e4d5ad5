// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/netns.hpp>

#include "hook/mechanism.hpp"

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace {

constexpr mechanism mechanisms[] = {mechanism::netns};

template <bool Exclusive>
hook_abilities abilities(mechanism how, const kernel_facts&) {
  if (how != mechanism::netns) return {};
  return {.update = update_ability::compare_and_swap,
          .order = Exclusive ? order_ability::none : order_ability::append,
          .link = true,
          .query = true,
          .exclusive = Exclusive,
          .revision = false,
          .one_instance = Exclusive,
          .most = Exclusive ? 1U : 64U};
}

answer available(mechanism how, const kernel_facts& facts) {
  return how == mechanism::netns ? facts.netns_link : not_realised_by(how);
}

}  // namespace

constinit const hook_family sk_lookup_family{.name = "sk_lookup",
                                             .target = target_kind::netns,
                                             .program = uapi::program_type::sk_lookup,
                                             .attach = uapi::attach_type::sk_lookup,
                                             .mechanisms = mechanisms,
                                             .abilities = abilities<false>,
                                             .available = available};

constinit const hook_family flow_dissector_family{.name = "flow_dissector",
                                                  .target = target_kind::netns,
                                                  .program = uapi::program_type::flow_dissector,
                                                  .attach = uapi::attach_type::flow_dissector,
                                                  .mechanisms = mechanisms,
                                                  .abilities = abilities<true>,
                                                  .available = available};

}  // namespace linchpin::hook
