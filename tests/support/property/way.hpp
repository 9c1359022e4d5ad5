// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/orchestrator.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../loose_orchestrator.hpp"
#include "order_rules.hpp"

// The policies under test, by value: what makes the transitions need not be compiled for each of them.
namespace property {

/// What the machinery has to know of an order and an update policy.
struct policy_choice {
  std::string_view order_id;
  std::string_view update_id;
  bool in_place;
  bool makes_before_break;
  bool appends;
  linchpin::result<linchpin::orchestrator_core> (*open)(const std::string& root,
                                                        linchpin::kernel& kernel);
  /// Nothing if the rule of the order policy holds, else in what it does not.
  std::optional<std::string> (*broken_rule)(const hook_history& hook);
};

template <class Order, class Update>
struct way {
  struct policies : linchpin::default_policies {
    using attach_order = Order;
    using update_strategy = Update;
  };

  static policy_choice choice() {
    return {Order::policy_id,
            Update::policy_id,
            std::is_same_v<Update, linchpin::update::in_place>,
            std::is_same_v<Update, linchpin::update::make_before_break>,
            std::is_same_v<Order, linchpin::order::append>,
            open,
            [](const hook_history& hook) { return broken_rule(Order{}, hook); }};
  }

 private:
  static linchpin::result<linchpin::orchestrator_core> open(const std::string& root,
                                                            linchpin::kernel& kernel) {
    auto opened = loose_orchestrator<policies>::open(root, {.on = &kernel});
    if (!opened) return std::move(opened).error();
    return linchpin::orchestrator_core{*std::move(opened)};
  }
};

}  // namespace property
