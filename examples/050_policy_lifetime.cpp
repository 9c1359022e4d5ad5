// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A lifetime policy of your own: what is only there to look at traffic goes with the process.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct probes_go_with_us {
  static constexpr std::string_view policy_id = "lifetime.probes_go_with_us/1";

  linchpin::lifetime_kind choose(std::string_view component) const noexcept {
    return component.starts_with("probe-") ? linchpin::lifetime_kind::ephemeral
                                           : linchpin::lifetime_kind::durable;
  }
};
static_assert(linchpin::lifetime_policy<probes_go_with_us>);

struct edge_policies : linchpin::default_policies {
  using lifetime = probes_go_with_us;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  for (const std::string_view component : {"firewall", "probe-latency"}) {
    const bool durable =
        edge_policies::lifetime{}.choose(component) == linchpin::lifetime_kind::durable;
    std::cout << component << ": " << (durable ? "stays" : "goes") << " when the process ends\n";
  }
}
