// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/testing/detail/note.hpp>
#include <linchpin/testing/detail/order_checks.hpp>
#include <linchpin/testing/findings.hpp>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// Whether an order policy's places lie in the chain, its answers repeat, and programs come to
/// rest.
///
/// Asks about sample chains with strangers, programs without names, and equal priorities; no
/// kernel, no privilege.
/// returns: what is wrong, a sentence each
template <order_policy Policy>
findings check_order(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  if constexpr (arranging_policy<Policy>) {
    detail::check_arrangements(policy, found);
  } else {
    detail::check_places(policy, found);
  }
  return found;
}

}  // namespace linchpin::testing
