// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether a strategy can bring what is of one type in a map of the running generation into the
/// other type of the next.
///
/// A strategy that has no `carries` leaves the question to the plan, which compares the maps of
/// the object and of the kernel.
template <class Strategy, class From, class To>
concept carries_between = !requires { Strategy::template carries<From, To>; } ||
                          static_cast<bool>(Strategy::template carries<From, To>);

namespace carry {

/// Whether the bytes of one type can be those of the other: both have the same size. What
/// stands where in them is compared by the plan, which knows the fields of both maps.
template <class From, class To>
inline constexpr bool same_bytes = sizeof(From) == sizeof(To);

}  // namespace carry

}  // namespace linchpin

/// Stock strategies for how a map's contents reach the next generation. Each also names its method
/// as a constant, so that one map of a component can ask for it: `map("flows").carry(copy{})`.
namespace linchpin::inline LINCHPIN_ABI::carry {

/// The same map serves both generations, without a moment in which it is stale.
///
/// For state that the data path and the service share all the time: connection tables,
/// counters, block lists. Global variables (.data, .bss) are never shared: each of them that has the
/// same name, size and type is copied, also where it comes from another section.
/// errors: a plan in which the layouts differ is refused (layout_mismatch), with the fields
///   that differ; so is one that asks for another size.
/// cost: none; not one entry is read.
struct reuse {
  static constexpr std::string_view policy_id = "carry.reuse/1";
  /// How a single map of a component asks for it: `map("flows").carry(reuse{})`.
  static constexpr carry_method method = carry_method::reuse;
  /// Types of the same size; checked where a map's C++ types are known.
  template <class From, class To>
  static constexpr bool carries = same_bytes<From, To>;

  /// Reuse, whatever the map.
  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<reuse>);

/// A new map that starts with the entries of the old one: copied before the switch, and what
/// changed meanwhile once more after it. Layouts must agree; sizes may differ.
///
/// Between the two sweeps the next generation may see an entry as it was a moment ago. What both
/// generations change in between is not merged: the next one's counts.
/// errors: layout_mismatch in the plan; full during the apply, which is then undone, when the
///   new map is too small.
/// cost: reads and writes each entry twice, in bounded batches.
struct copy {
  static constexpr std::string_view policy_id = "carry.copy/1";
  /// How a single map of a component asks for it: `map("flows").carry(copy{})`.
  static constexpr carry_method method = carry_method::copy;
  /// Types of the same size; checked where a map's C++ types are known.
  template <class From, class To>
  static constexpr bool carries = same_bytes<From, To>;

  /// Copy, whatever the map.
  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<copy>);

/// A new map that starts empty; the old entries end with the old generation.
///
/// For caches and for state whose meaning changed with the program.
/// cost: none.
struct discard {
  static constexpr std::string_view policy_id = "carry.discard/1";
  /// How a single map of a component asks for it: `map("flows").carry(discard{})`.
  static constexpr carry_method method = carry_method::discard;
  /// Any types: nothing is carried.
  template <class From, class To>
  static constexpr bool carries = true;

  /// Discard, whatever the map.
  [[nodiscard]] constexpr carry_method choose(const carry_view&) const noexcept { return method; }
};
static_assert(carry_policy<discard>);

}  // namespace linchpin::carry
