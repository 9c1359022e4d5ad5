// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/hook/typed_hook.hpp>
#include <linchpin/policy/policy_set.hpp>

#include <concepts>
#include <string>
#include <utility>

namespace linchpin {

/// A component that is checked against a policy set while it compiles: what could never work at a
/// hook of that type is refused there, not when a plan is made.
///
///     component_for<edge_policies> firewall{"firewall", object_source::file("firewall.bpf.o")};
///     firewall.attach("fw_ingress", hook::tcx_ingress{"eth0"});
template <policy_set Policies>
class component_for : public component {
 public:
  using component::component;

  /// As `component::attach`. An `any_hook` has no type to check; it is checked by the plan.
  template <class Hook>
    requires typed_hook<Hook> || std::same_as<Hook, any_hook>
  attachment_words attach(std::string program, Hook where) {
    if constexpr (typed_hook<Hook>) {
      static_assert(update_works_at<typename Policies::update_strategy, Hook>,
                    "linchpin: the update policy of this policy set cannot work at this hook: "
                    "update::in_place needs a hook whose program can be replaced, "
                    "update::make_before_break one that holds two programs at a time (xdp and "
                    "flow_dissector hold one)");
    }
    return component::attach(std::move(program), std::move(where));
  }
};

}  // namespace linchpin
