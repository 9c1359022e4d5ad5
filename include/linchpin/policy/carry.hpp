// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether a strategy can bring what is of one type in a map of the running generation into the other type
/// of the next. A strategy that has no `carries` leaves the question to the plan.
template <class Strategy, class From, class To>
concept carries_between = !requires { Strategy::template carries<From, To>; } ||
                          static_cast<bool>(Strategy::template carries<From, To>);

namespace carry {

/// Whether the bytes of one type can be those of the other: both have the same size. What stands where in
/// them is compared by the plan, which knows the fields of both maps.
template <class From, class To>
inline constexpr bool same_bytes = sizeof(From) == sizeof(To);

}  // namespace carry

}  // namespace linchpin

/// Stock strategies for how a map's contents reach the next generation. Each also names its method
/// as a constant, so that one map of a component can ask for it: `map("flows").carry(copy{})`.
namespace linchpin::inline LINCHPIN_ABI::carry {

/// The same map serves both generations, without a moment in which it is stale. A plan whose
/// layouts differ is refused.
struct reuse {
  static constexpr std::string_view policy_id = "carry.reuse/1";
  static constexpr carry_method method = carry_method::reuse;
  template <class From, class To>
  static constexpr bool carries = same_bytes<From, To>;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<reuse>);

/// A new map that starts with the old one's entries: copied before the switch, and what changed
/// meanwhile once more after it. Layouts must agree; sizes may differ.
struct copy {
  static constexpr std::string_view policy_id = "carry.copy/1";
  static constexpr carry_method method = carry_method::copy;
  template <class From, class To>
  static constexpr bool carries = same_bytes<From, To>;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<copy>);

/// A new map that starts empty; the old entries end with the old generation.
struct discard {
  static constexpr std::string_view policy_id = "carry.discard/1";
  static constexpr carry_method method = carry_method::discard;
  template <class From, class To>
  static constexpr bool carries = true;

  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<discard>);

}  // namespace linchpin::carry
