// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// One object for each slot of a policy set: where policies that carry parameters get them.
/// Slots that are not named get a policy made without arguments.
///
/// `policy_values<edge_policies>{.map_sizing = {{"blocked", 4096}}}`
/// ownership: a value; `orchestrator::open` copies it.
template <policy_set Policies>
struct policy_values {
  /// Decides where our programs stand in a chain.
  [[no_unique_address]] typename Policies::attach_order attach_order{};
  /// Decides how large maps are.
  [[no_unique_address]] typename Policies::map_sizing map_sizing{};
  /// Decides how hooks go to the next generation.
  [[no_unique_address]] typename Policies::update_strategy update_strategy{};
  /// Decides what becomes of the contents of maps.
  [[no_unique_address]] typename Policies::map_carry map_carry{};
  /// Decides what outlives the process.
  [[no_unique_address]] typename Policies::lifetime lifetime{};
  /// Decides what to do about a step that failed.
  [[no_unique_address]] typename Policies::recovery recovery{};
  /// Decides which kernel interface serves a hook.
  [[no_unique_address]] typename Policies::fallback fallback{};
  /// Decides what to do about what others changed.
  [[no_unique_address]] typename Policies::drift drift{};
};

}  // namespace linchpin
