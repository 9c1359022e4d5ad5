// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/policy/policy_values.hpp>
#include <linchpin/testing/findings.hpp>
#include <linchpin/testing/order_conformance.hpp>

/// Whether a policy of your own keeps what its concept's table says and a compiler cannot see. Each
/// check asks it about sample views and returns what it found, a sentence each; nothing means that
/// the usual mistakes are not in it. No kernel, no privilege.
///
///     for (const auto& found : linchpin::testing::check_policies<edge_policies>()) puts(found.c_str());
namespace linchpin::inline LINCHPIN_ABI::testing {

/// Whether a sizing policy's sizes are sizes on every machine, and flags stay.
///
/// Asks about the common map types with 1 to 2^31 entries on machines of 1 to 512 CPUs.
/// returns: what is wrong, a sentence each
template <sizing_policy Policy>
[[nodiscard]] findings check_sizing(const Policy& policy);

/// Whether an update policy answers, and the same each time, at hooks of every ability.
/// returns: what is wrong, a sentence each
template <update_policy Policy>
[[nodiscard]] findings check_update(const Policy& policy);

/// Whether a carry policy answers, and the same each time, for maps that agree and maps that do
/// not.
/// returns: what is wrong, a sentence each
template <carry_policy Policy>
[[nodiscard]] findings check_carry(const Policy& policy);

/// Whether a lifetime policy answers, and the same each time.
/// returns: what is wrong, a sentence each
template <lifetime_policy Policy>
[[nodiscard]] findings check_lifetime(const Policy& policy);

/// Whether a recovery policy gives up at some time, and tries nothing again that may have been
/// done.
/// returns: what is wrong, a sentence each
template <recovery_policy Policy>
[[nodiscard]] findings check_recovery(const Policy& policy);

/// Whether the ways that a fallback policy chooses are open, and come after those that were
/// tried.
/// returns: what is wrong, a sentence each
template <fallback_policy Policy>
[[nodiscard]] findings check_fallback(const Policy& policy);

/// Whether a drift policy answers, and the same each time, for every kind of drift.
/// returns: what is wrong, a sentence each
template <drift_policy Policy>
[[nodiscard]] findings check_drift(const Policy& policy);

/// All of the above for a whole set.
/// \param values the policies with their parameters, as `orchestrator::open` takes them
/// returns: what is wrong, a sentence each, which begins with the policy's id
template <policy_set Policies>
[[nodiscard]] findings check_policies(const policy_values<Policies>& values = {});

}  // namespace linchpin::testing

#include <linchpin/testing/detail/policy_conformance.hpp>
