// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for how a hook goes from one generation to the next.
namespace linchpin::inline LINCHPIN_ABI {

/// Whether an update policy can work at hooks of a type. A policy that has no `works_at` leaves
/// the question to the plan.
template <class Update, class Hook>
concept update_works_at = !requires { Update::template works_at<Hook>; } ||
                          static_cast<bool>(Update::template works_at<Hook>);

namespace update {

/// One compare-and-swap for each hook: every packet runs the old program or the next one. Works
/// wherever the hook can be updated, which is everywhere but at tracing hooks. The stock
/// choice.
/// cost: about 1 us for each hook; at XDP a grace period when the set of XDP programs of the
///   machine changes.
struct in_place {
  static constexpr std::string_view policy_id = "update.in_place/1";
  /// Hooks whose program can be replaced in one step.
  template <class Hook>
  static constexpr bool works_at = Hook::updatable;

  /// In place, whatever the hook.
  [[nodiscard]] constexpr update_method choose(const hook_view&) const noexcept {
    return update_method::in_place;
  }
};
static_assert(update_policy<in_place>);

/// The next program is attached before the old one is detached: for a while, some 10 ms at tcx,
/// packets run both, which the programs must bear. For hooks that hold more than one program.
class make_before_break {
 public:
  static constexpr std::string_view policy_id = "update.make_before_break/1";
  /// Hooks that take several programs.
  template <class Hook>
  static constexpr bool works_at = !Hook::exclusive;

  /// Both run for as long as the change takes, and no longer.
  constexpr make_before_break() noexcept = default;
  /// Both run for a while longer.
  /// \param overlap_us how long both run at least: for programs that learn from traffic before
  ///   they can serve it alone. Microseconds, at most a second.
  explicit constexpr make_before_break(std::uint32_t overlap_us) noexcept
      : overlap_us_(overlap_us) {}

  /// Make before break, whatever the hook.
  [[nodiscard]] constexpr update_choice choose(const hook_view&) const noexcept {
    return {update_method::make_before_break, overlap_us_};
  }

 private:
  std::uint32_t overlap_us_ = 0;
};
static_assert(update_policy<make_before_break>);

/// The old program is detached before the next one is attached: for a while, some 20 to 40 ms
/// at xdp and tcx, packets run neither. Works everywhere; a gap that somebody must have asked
/// for.
struct recreate {
  static constexpr std::string_view policy_id = "update.recreate/1";
  /// Every hook.
  template <class Hook>
  static constexpr bool works_at = true;

  /// Recreate, whatever the hook.
  [[nodiscard]] constexpr update_method choose(const hook_view&) const noexcept {
    return update_method::recreate;
  }
};
static_assert(update_policy<recreate>);

}  // namespace update
}  // namespace linchpin
