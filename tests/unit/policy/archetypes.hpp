// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// The least that each slot's concept asks for, and nothing more: no default constructor, no
/// assignment, no comparison. Whatever takes a policy must get along with these.
namespace archetype {

struct value {
  explicit value(int) noexcept {}
  value(const value&) = default;
  value& operator=(const value&) = delete;
  ~value() = default;
};

struct order : value {
  using value::value;
  static constexpr const char* policy_id = "order.archetype/1";
  static constexpr bool observes = false;
  linchpin::placement place(const linchpin::program_view&, std::span<const linchpin::chain_member>,
                            std::optional<std::size_t>) const noexcept {
    return {};
  }
};

struct sizing : value {
  using value::value;
  static constexpr const char* policy_id = "sizing.archetype/1";
  linchpin::map_shape size(const linchpin::map_view&,
                           const linchpin::machine_view&) const noexcept {
    return {};
  }
};

struct update : value {
  using value::value;
  static constexpr const char* policy_id = "update.archetype/1";
  linchpin::update_method choose(const linchpin::hook_view&) const noexcept { return {}; }
};

struct carry : value {
  using value::value;
  static constexpr const char* policy_id = "carry.archetype/1";
  linchpin::carry_method choose(const linchpin::carry_view&) const noexcept { return {}; }
};

struct lifetime : value {
  using value::value;
  static constexpr const char* policy_id = "lifetime.archetype/1";
  linchpin::lifetime_kind choose(std::string_view) const noexcept { return {}; }
};

struct recovery : value {
  using value::value;
  static constexpr const char* policy_id = "recovery.archetype/1";
  linchpin::recovery_action choose(const linchpin::failure_view&) const noexcept { return {}; }
};

struct fallback : value {
  using value::value;
  static constexpr const char* policy_id = "fallback.archetype/1";
  std::optional<std::size_t> choose(const linchpin::hook_view&,
                                    std::span<const linchpin::rung_view>,
                                    std::size_t) const noexcept {
    return {};
  }
};

struct drift : value {
  using value::value;
  static constexpr const char* policy_id = "drift.archetype/1";
  linchpin::drift_action choose(const linchpin::drift_view&) const noexcept { return {}; }
};

/// Not derived from the defaults: a set need not be.
struct policies {
  using attach_order = archetype::order;
  using map_sizing = archetype::sizing;
  using update_strategy = archetype::update;
  using map_carry = archetype::carry;
  using lifetime = archetype::lifetime;
  using recovery = archetype::recovery;
  using fallback = archetype::fallback;
  using drift = archetype::drift;
};

}  // namespace archetype
