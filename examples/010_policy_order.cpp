// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// An order policy of your own: behind a program that somebody else owns, wherever that one moves.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>
#include <optional>

#include <quickstart_firewall_1.bpf.hpp>

struct behind_the_gateway {
  static constexpr std::string_view policy_id = "order.behind_the_gateway/1";
  static constexpr bool observes = true;  // ask again with every plan, not only when attaching

  linchpin::placement place(const linchpin::program_view&,
                            std::span<const linchpin::chain_member> others,
                            std::optional<std::size_t> current) const noexcept {
    using enum linchpin::placement::kind;
    for (std::size_t index = 0; index < others.size(); ++index) {
      if (others[index].ours || others[index].name != "gateway") continue;
      if (current && *current > index) return {stay};
      return {after, index};
    }
    return {current ? stay : last};  // no gateway here: nothing to stand behind
  }
};
static_assert(linchpin::order_policy<behind_the_gateway>);

struct edge_policies : linchpin::default_policies {
  using attach_order = behind_the_gateway;
};
static_assert(linchpin::policy_set<edge_policies>);

using edge = linchpin::orchestrator<edge_policies>;

static void show(const example::stage& stage) {
  auto service = edge::open(stage.store()).value();
  edge::component firewall{"firewall", linchpin::object_source::memory(
                                           "firewall", bpf_objects::quickstart_firewall_1())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{stage.interface});

  std::optional<example::stranger> gateway{std::in_place, stage, "gateway"};
  const example::stranger monitor{stage, "monitor"};
  std::cout << "others:          " << stage.ingress() << '\n';
  service.apply({firewall}).value();
  std::cout << "first apply:     " << stage.ingress() << '\n';

  gateway.reset();
  gateway.emplace(stage, "gateway");
  std::cout << "gateway moved:   " << stage.ingress() << '\n';
  service.apply({firewall}).value();
  std::cout << "next apply:      " << stage.ingress() << '\n';

  const bool settled = service.plan({firewall}).value().empty();
  std::cout << "then there is " << (settled ? "nothing" : "still something") << " to do\n";
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   others:          gateway, monitor
//   first apply:     gateway, firewall, monitor
//   gateway moved:   firewall, monitor, gateway
//   next apply:      monitor, gateway, firewall
//   then there is nothing to do
