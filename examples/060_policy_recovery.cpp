// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A recovery policy of your own: give a step that lost a race two more chances, then undo.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct three_attempts {
  static constexpr std::string_view policy_id = "recovery.three_attempts/1";

  linchpin::recovery_action choose(const linchpin::failure_view& failed) const noexcept {
    // Not retryable where the outcome is in doubt: trying again could do it twice.
    const bool again = failed.retryable && failed.attempt < 3;
    return again ? linchpin::recovery_action::retry : linchpin::recovery_action::roll_back;
  }
};
static_assert(linchpin::recovery_policy<three_attempts>);

struct edge_policies : linchpin::default_policies {
  using recovery = three_attempts;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  const linchpin::failure_view failures[] = {
      {.step = "attach", .retryable = true, .attempt = 1},
      {.step = "attach", .retryable = true, .attempt = 2},
      {.step = "attach", .retryable = true, .attempt = 3},
      {.step = "load", .retryable = false, .attempt = 1},
  };
  for (const auto& failed : failures) {
    const bool again = edge_policies::recovery{}.choose(failed) == linchpin::recovery_action::retry;
    std::cout << failed.step << ", attempt " << failed.attempt << ": "
              << (again ? "again" : "undo everything") << '\n';
  }
}
