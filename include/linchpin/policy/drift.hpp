// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for what to do about a difference that nobody planned: somebody put another
/// program into a link of ours, or detached it. What a plan leaves so stays until the policy says
/// otherwise or the component is removed; an upgrade passes it by.
///
/// Pins that somebody removed are no question of this policy: they carry no traffic, and are made
/// again.
namespace linchpin::inline LINCHPIN_ABI::drift {

/// Ours again: by one compare-and-swap where the link still stands, without a gap; attached
/// anew where it is gone.
///
/// The stock choice. It acts with the next apply, not by itself.
struct take_back {
  static constexpr std::string_view policy_id = "drift.take_back/1";

  /// Take back, whoever did it.
  [[nodiscard]] constexpr drift_action choose(const drift_view&) const noexcept {
    return drift_action::take_back;
  }
};
static_assert(drift_policy<take_back>);

/// Left as it is. Plans say so in a note, and `status` is not healthy meanwhile.
///
/// For services whose operators want to look before anything is changed back.
struct report {
  static constexpr std::string_view policy_id = "drift.report/1";

  /// Report, whoever did it.
  [[nodiscard]] constexpr drift_action choose(const drift_view&) const noexcept {
    return drift_action::report;
  }
};
static_assert(drift_policy<report>);

/// Left to whoever did it. Plans say so in a note; `status` counts it as healthy.
///
/// For hooks that another team may take over by agreement.
struct yield {
  static constexpr std::string_view policy_id = "drift.yield/1";

  /// Yield, whoever did it.
  [[nodiscard]] constexpr drift_action choose(const drift_view&) const noexcept {
    return drift_action::yield;
  }
};
static_assert(drift_policy<yield>);

}  // namespace linchpin::drift
