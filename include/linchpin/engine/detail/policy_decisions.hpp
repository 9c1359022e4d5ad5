// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/policy/lift.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The only place where policies are called.
template <policy_set Policies>
class policy_decisions final : public decisions {
 public:
  explicit policy_decisions(policy_values<Policies> values)
      : values_(std::move(values)),
        attach_order_(lift(values_.attach_order)),
        map_sizing_(lift(values_.map_sizing)),
        update_strategy_(lift(values_.update_strategy)) {}

  std::string_view id(slot which) const noexcept override {
    return policy_id_of<Policies>[static_cast<std::size_t>(which)];
  }
  bool observes_order() const noexcept override { return Policies::attach_order::observes; }
  decision<arrangement> arrange(const chain_view& chain) const override {
    return attach_order_.arrange(chain);
  }
  decision<std::vector<map_shape>> sizes(const sizing_view& all) const override {
    return map_sizing_.sizes(all);
  }
  decision<std::vector<update_choice>> update(const upgrade_view& all) const override {
    return update_strategy_.choose_all(all);
  }
  decision<carry_method> carry(const carry_view& maps) const override {
    return values_.map_carry.choose(maps);
  }
  decision<lifetime_kind> lifetime(std::string_view component) const override {
    return values_.lifetime.choose(component);
  }
  recovery_answer recover(const failure_view& failed) const noexcept override {
    return values_.recovery.choose(failed);
  }
  decision<std::size_t> rung(const hook_view& hook, std::span<const rung_view> rungs,
                             std::size_t from) const override {
    const auto chosen = values_.fallback.choose(hook, rungs, from);
    if (chosen) return *chosen;
    if constexpr (requires { chosen.reason(); }) return refusal{chosen.reason()};
    return refusal{};
  }
  decision<drift_action> drift(const drift_view& found) const override {
    return values_.drift.choose(found);
  }

 private:
  template <class Policy>
  using lifted = decltype(lift(std::declval<const Policy&>()));

  policy_values<Policies> values_;
  lifted<typename Policies::attach_order> attach_order_;
  lifted<typename Policies::map_sizing> map_sizing_;
  lifted<typename Policies::update_strategy> update_strategy_;
};

}  // namespace linchpin::detail
