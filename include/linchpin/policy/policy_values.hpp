// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

namespace linchpin {

/// One object for each slot of a policy set: where policies that carry parameters get them.
///
/// `policy_values<edge_policies>{.sizing = {{"blocked", 4096}}}`
template <policy_set Policies>
struct policy_values {
  [[no_unique_address]] typename Policies::order order{};
  [[no_unique_address]] typename Policies::sizing sizing{};
  [[no_unique_address]] typename Policies::update update{};
  [[no_unique_address]] typename Policies::carry carry{};
  [[no_unique_address]] typename Policies::lifetime lifetime{};
  [[no_unique_address]] typename Policies::recovery recovery{};
  [[no_unique_address]] typename Policies::fallback fallback{};
};

}  // namespace linchpin
