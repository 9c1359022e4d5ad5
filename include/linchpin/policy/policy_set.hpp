// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/carry.hpp>
#include <linchpin/policy/fallback.hpp>
#include <linchpin/policy/lifetime.hpp>
#include <linchpin/policy/order.hpp>
#include <linchpin/policy/recovery.hpp>
#include <linchpin/policy/sizing.hpp>
#include <linchpin/policy/update.hpp>

#include <array>

namespace linchpin {

/// What a service gets that asks for nothing: programs are appended and swapped in place, maps are
/// shared as declared, everything outlives the process, a failure is undone, and an older kernel's
/// way is taken where the preferred one is missing.
///
///     struct edge_policies : linchpin::default_policies {
///       using order = linchpin::order::priority;
///     };
struct default_policies {
  using order = linchpin::order::append;
  using sizing = linchpin::sizing::declared;
  using update = linchpin::update::in_place;
  using carry = linchpin::carry::reuse;
  using lifetime = linchpin::lifetime::durable;
  using recovery = linchpin::recovery::roll_back;
  using fallback = linchpin::fallback::ladder;
};
static_assert(policy_set<default_policies>);

/// One object of each policy of a set. Give parameters by assigning:
/// `policy_objects<mine> with; with.sizing = {{"blocked", 4096}};`
template <policy_set Set>
struct policy_objects {
  [[no_unique_address]] typename Set::order order{};
  [[no_unique_address]] typename Set::sizing sizing{};
  [[no_unique_address]] typename Set::update update{};
  [[no_unique_address]] typename Set::carry carry{};
  [[no_unique_address]] typename Set::lifetime lifetime{};
  [[no_unique_address]] typename Set::recovery recovery{};
  [[no_unique_address]] typename Set::fallback fallback{};
};

/// Which policy fills a slot, as manifests record it.
struct policy_record {
  std::string_view slot;
  std::string_view id;

  friend bool operator==(const policy_record&, const policy_record&) = default;
};

/// The records of a set, always in the same order of slots.
template <policy_set Set>
[[nodiscard]] constexpr std::array<policy_record, 7> policy_records() {
  return {{{"order", Set::order::policy_id},
           {"sizing", Set::sizing::policy_id},
           {"update", Set::update::policy_id},
           {"carry", Set::carry::policy_id},
           {"lifetime", Set::lifetime::policy_id},
           {"recovery", Set::recovery::policy_id},
           {"fallback", Set::fallback::policy_id}}};
}

}  // namespace linchpin
