// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// One object for each slot of a policy set: where policies that carry parameters get them.
///
/// `policy_values<edge_policies>{.map_sizing = {{"blocked", 4096}}}`
template <policy_set Policies>
struct policy_values {
  [[no_unique_address]] typename Policies::attach_order attach_order{};
  [[no_unique_address]] typename Policies::map_sizing map_sizing{};
  [[no_unique_address]] typename Policies::update_strategy update_strategy{};
  [[no_unique_address]] typename Policies::map_carry map_carry{};
  [[no_unique_address]] typename Policies::lifetime lifetime{};
  [[no_unique_address]] typename Policies::recovery recovery{};
  [[no_unique_address]] typename Policies::fallback fallback{};
  [[no_unique_address]] typename Policies::drift drift{};
};

}  // namespace linchpin
