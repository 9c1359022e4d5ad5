// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/engine/plan.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/running.hpp"

namespace linchpin {

/// Turns desired state and observed state into a plan. Reads the kernel, changes nothing.
class planner {
 public:
  planner(running_state& state, const decisions& policies) : state_(state), policies_(policies) {}

  [[nodiscard]] result<plan> make(std::span<const component* const> desired);

 private:
  using identities = std::span<const std::optional<target_identity>>;

  result<void> check_components(std::span<const component* const> desired) const;
  result<void> check_programs(const component& desired, const object_image& image) const;
  result<planned_component> plan_component(const component& desired, object_image image,
                                           identities targets);
  result<void> plan_hooks(planned_component& into, const component& desired, identities targets,
                          const running_component* running);
  result<void> plan_new(planned_attachment& into, const component& desired,
                        const running_component* running);
  result<void> plan_running(planned_attachment& into, planned_component& whole,
                            const running_component& running);
  result<mechanism> choose_mechanism(std::string_view component, lifetime_kind lifetime,
                                     const any_hook& hook) const;
  result<change> choose_change(const planned_component& whole,
                               const planned_attachment& hook) const;
  result<void> build_for_moves(planned_component& whole, const component& desired);
  void note_policies(plan& into) const;

  running_state& state_;
  const decisions& policies_;
};

/// Checks and completes a plan against the chains that its hooks have now: exclusive hooks that are
/// taken, places that cannot be given, programs that stand in the wrong place.
/// errors: busy, unsupported.
[[nodiscard]] result<void> plan_order(std::vector<planned_component>& components,
                                      std::span<const std::string> removed, running_state& state,
                                      const decisions& policies);

}  // namespace linchpin
