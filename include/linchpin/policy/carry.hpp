// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for how a map's contents reach the next generation. Each also names its method
/// as a constant, so that one map of a component can ask for it: `map("flows").carry(copy{})`.
namespace linchpin::carry {

/// The same map serves both generations, without a moment in which it is stale. A plan whose
/// layouts differ is refused.
struct reuse {
  static constexpr std::string_view policy_id = "carry.reuse/1";
  static constexpr carry_method method = carry_method::reuse;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<reuse>);

/// A new map that starts with the old one's entries: copied before the switch, and what changed
/// meanwhile once more after it. Layouts must agree; sizes may differ.
struct copy {
  static constexpr std::string_view policy_id = "carry.copy/1";
  static constexpr carry_method method = carry_method::copy;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<copy>);

/// A new map that starts empty; the old entries end with the old generation.
struct discard {
  static constexpr std::string_view policy_id = "carry.discard/1";
  static constexpr carry_method method = carry_method::discard;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<discard>);

}  // namespace linchpin::carry
