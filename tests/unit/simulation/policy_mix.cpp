// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "policy_mix.hpp"
#include "../../support/loose_orchestrator.hpp"

#include <type_traits>
#include <utility>
#include <vector>

namespace simulation {

namespace {

namespace order = linchpin::order;
namespace update = linchpin::update;
namespace lifetime = linchpin::lifetime;
namespace recovery = linchpin::recovery;
namespace drift = linchpin::drift;
using property::descending;

template <class Order, class Update, class Lifetime, class Recovery, class Drift>
struct mixed_policies : linchpin::default_policies {
  using attach_order = Order;
  using update_strategy = Update;
  using lifetime = Lifetime;
  using recovery = Recovery;
  using drift = Drift;
};

template <class Order, class Update, class Lifetime, class Recovery, class Drift>
policy_mix mix() {
  using policies = mixed_policies<Order, Update, Lifetime, Recovery, Drift>;
  std::string name;
  for (const auto id : {Order::policy_id, Update::policy_id, Lifetime::policy_id,
                        Recovery::policy_id, Drift::policy_id}) {
    name += name.empty() ? "" : ", ";
    name += id;
  }
  return {std::move(name),
          std::is_same_v<Update, update::recreate>,
          std::is_same_v<Update, update::make_before_break>,
          std::is_same_v<Drift, drift::take_back>,
          std::is_same_v<Lifetime, lifetime::durable>,
          std::is_same_v<Order, order::append>,
          [](const std::string& root,
             linchpin::kernel& kernel) -> linchpin::result<linchpin::orchestrator_core> {
            auto opened = loose_orchestrator<policies>::open(root, {.on = &kernel});
            if (!opened) return std::move(opened).error();
            return linchpin::orchestrator_core{*std::move(opened)};
          },
          [](const property::hook_history& hook) { return broken_rule(Order{}, hook); }};
}

std::vector<policy_mix> every_mix() {
  using durable = lifetime::durable;
  using ephemeral = lifetime::ephemeral;
  using back = recovery::roll_back;
  using retry = recovery::retry;
  using ours = drift::take_back;
  return {
      mix<order::append, update::in_place, durable, back, ours>(),
      mix<order::priority, update::in_place, durable, back, ours>(),
      mix<order::prepend, update::in_place, durable, retry, ours>(),
      mix<descending, update::in_place, durable, retry, drift::report>(),
      mix<order::append, update::make_before_break, durable, back, ours>(),
      mix<order::priority, update::make_before_break, durable, retry, ours>(),
      mix<order::priority, update::recreate, durable, back, ours>(),
      mix<order::append, update::recreate, durable, retry, drift::yield>(),
      mix<order::append, update::in_place, ephemeral, back, ours>(),
      mix<order::priority, update::in_place, ephemeral, retry, drift::yield>(),
      mix<order::prepend, update::make_before_break, ephemeral, retry, ours>(),
      mix<descending, update::recreate, ephemeral, back, drift::report>(),
  };
}

}  // namespace

std::span<const policy_mix> policy_mixes() {
  static const auto all = every_mix();
  return all;
}

}  // namespace simulation
