// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A drift policy of your own: whoever debugs at an egress hook may go on; anything else is ours again.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct debuggers_may_stay {
  static constexpr std::string_view policy_id = "drift.debuggers_may_stay/1";

  linchpin::drift_action choose(const linchpin::drift_view& found) const noexcept {
    const bool egress = found.family.ends_with("_egress");
    if (egress && found.what == linchpin::drift_kind::replaced)
      return linchpin::drift_action::yield;
    return linchpin::drift_action::take_back;
  }
};
static_assert(linchpin::drift_policy<debuggers_may_stay>);

struct edge_policies : linchpin::default_policies {
  using drift = debuggers_may_stay;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  using enum linchpin::drift_kind;
  const linchpin::drift_view differences[] = {
      {.program = "returner", .family = "tcx_egress", .what = replaced},
      {.program = "returner", .family = "tcx_egress", .what = detached},
      {.program = "firewall", .family = "tcx_ingress", .what = replaced},
  };
  for (const auto& found : differences) {
    const bool ours = edge_policies::drift{}.choose(found) == linchpin::drift_action::take_back;
    std::cout << found.program << (found.what == replaced ? " replaced" : " detached") << ": "
              << (ours ? "taken back" : "left so") << '\n';
  }
}
