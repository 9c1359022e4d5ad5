// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/order_rules.hpp"

#include <linchpin/engine/orchestrator.hpp>

#include <optional>
#include <span>
#include <string>

namespace simulation {

/// A policy set by value, and what the simulation has to know of it.
struct policy_mix {
  std::string name;
  bool leaves_gaps;  ///< update::recreate
  bool attaches_twice;
  bool takes_back;
  bool durable;
  bool appends;
  linchpin::result<linchpin::orchestrator_core> (*open)(const std::string& root,
                                                        linchpin::kernel& kernel);
  /// Nothing if the rule of the order policy holds, else in what it does not.
  std::optional<std::string> (*broken_rule)(const property::hook_history& hook);
};

[[nodiscard]] std::span<const policy_mix> policy_mixes();

}  // namespace simulation
