// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for what to do about a step that failed.
namespace linchpin::recovery {

/// The whole transaction is undone at the first failure; the last good generation runs on.
struct roll_back {
  static constexpr std::string_view policy_id = "recovery.roll_back/1";

  [[nodiscard]] constexpr recovery_action choose(const failure_view&) const noexcept {
    return recovery_action::roll_back;
  }
};
static_assert(recovery_policy<roll_back>);

}  // namespace linchpin::recovery
