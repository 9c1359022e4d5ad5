// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for where our programs stand among others at the same hook.
namespace linchpin::inline LINCHPIN_ABI::order {

/// After everybody who is there when it is attached; then it keeps its place. The stock choice:
/// it works at every hook of every kernel.
struct append {
  static constexpr std::string_view policy_id = "order.append/1";
  /// It does not look at chains again once it is attached.
  static constexpr bool observes = false;

  /// Last for a program that comes, and no move for one that is there.
  [[nodiscard]] constexpr placement place(const program_view&, std::span<const chain_member>,
                                          std::optional<std::size_t> current) const noexcept {
    return {current ? placement::kind::stay : placement::kind::last};
  }
};
static_assert(order_policy<append>);

/// Before everybody who is there when it is attached; then it keeps its place.
/// kernel: tcx, or clsact; cgroups from 6.17 on. Elsewhere the plan is refused (unsupported).
struct prepend {
  static constexpr std::string_view policy_id = "order.prepend/1";
  /// It does not look at chains again once it is attached.
  static constexpr bool observes = false;

  /// First for a program that comes, and no move for one that is there.
  [[nodiscard]] constexpr placement place(const program_view&, std::span<const chain_member>,
                                          std::optional<std::size_t> current) const noexcept {
    return {current ? placement::kind::stay : placement::kind::first};
  }
};
static_assert(order_policy<prepend>);

/// Our programs by their `attach(...).priority(n)`, the lower number first. Among equal numbers the
/// component whose name sorts first runs first, then the program whose name does (at the 15
/// characters the kernel keeps): the order does not depend on who came first.
///
/// Programs of others keep their places. A program of ours goes directly after the last of ours
/// that must precede it; where there is none, directly before the first of ours that must follow;
/// where there is none either, last. One that stands right already stays.
///
/// Placing our programs from the lowest rank to the highest sorts any chain in one pass; in any
/// other sequence it takes at most as many passes as there are programs of ours.
/// kernel: tcx, or clsact; cgroups from 6.17 on. Where the kernel only appends, what an attach
///   in another sequence can give is had, or the plan is refused (unsupported).
struct priority {
  static constexpr std::string_view policy_id = "order.priority/1";
  /// It looks at the chains of attached programs too, and moves ours when priorities changed.
  static constexpr bool observes = true;

  /// Where a program belongs among the others, by the rule above.
  [[nodiscard]] placement place(const program_view& self, std::span<const chain_member> others,
                                std::optional<std::size_t> current) const noexcept;
};
static_assert(order_policy<priority>);

}  // namespace linchpin::order

#include <linchpin/policy/detail/order.hpp>
