// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/carry.hpp>
#include <linchpin/policy/drift.hpp>
#include <linchpin/policy/fallback.hpp>
#include <linchpin/policy/lifetime.hpp>
#include <linchpin/policy/order.hpp>
#include <linchpin/policy/recovery.hpp>
#include <linchpin/policy/sizing.hpp>
#include <linchpin/policy/update.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// What a service gets that asks for nothing: programs are appended and swapped in place, maps are
/// shared as declared, everything outlives the process, a failure is undone, an older kernel's way
/// is taken where the preferred one is missing, and what others change at our hooks is taken back.
///
///     struct edge_policies : linchpin::default_policies {
///       using attach_order = linchpin::order::priority;
///     };
struct default_policies {
  /// Programs are appended.
  using attach_order = linchpin::order::append;
  /// Maps have the size that the object declares.
  using map_sizing = linchpin::sizing::declared;
  /// Programs are replaced in place.
  using update_strategy = linchpin::update::in_place;
  /// Both generations share the maps.
  using map_carry = linchpin::carry::reuse;
  /// Everything outlives the process.
  using lifetime = linchpin::lifetime::durable;
  /// A failure undoes the whole transaction.
  using recovery = linchpin::recovery::roll_back;
  /// An older kernel's way is taken where the preferred one is missing.
  using fallback = linchpin::fallback::ladder;
  /// What others change at our hooks is taken back by the next apply.
  using drift = linchpin::drift::take_back;
};
static_assert(policy_set<default_policies>);

}  // namespace linchpin
