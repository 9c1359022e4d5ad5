// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A lifetime policy of your own: what is only there to look at traffic goes with the process.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>

#include <quickstart_balancer_1.bpf.hpp>
#include <quickstart_firewall_1.bpf.hpp>

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

using edge = linchpin::orchestrator<edge_policies>;

static void show(const example::stage& stage) {
  using source = linchpin::object_source;
  edge::component firewall{"firewall",
                           source::memory("firewall", bpf_objects::quickstart_firewall_1())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{stage.interface});
  edge::component probe{"probe-flows",
                        source::memory("balancer", bpf_objects::quickstart_balancer_1())};
  probe.attach("balancer", linchpin::hook::tcx_ingress{stage.interface});
  {
    auto service = edge::open(stage.store()).value();
    service.apply({firewall, probe}).value();
    std::cout << "while it runs:  " << stage.ingress() << '\n';
  }
  std::cout << "afterwards:     " << stage.ingress() << '\n';

  auto service = edge::open(stage.store()).value();
  std::cout << "opened again:   " << stage.ingress() << '\n';
  service.apply({firewall, probe}).value();
  std::cout << "applied again:  " << stage.ingress() << '\n';
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   while it runs:  firewall, balancer
//   afterwards:     firewall
//   opened again:   firewall
//   applied again:  firewall, balancer
