// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// An order policy of your own: behind a program that somebody else owns, wherever that one moves.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct behind_the_gateway {
  static constexpr std::string_view policy_id = "order.behind_the_gateway/1";
  static constexpr bool observes = true;  // look again whenever a plan is made

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

int main() {
  const linchpin::chain_member chain[] = {{.name = "monitor"}, {.name = "gateway"}};
  const linchpin::program_view self{.component = "firewall", .program = "fw_ingress"};
  const edge_policies::attach_order order;

  const auto attach = order.place(self, chain, std::nullopt);
  const auto overtaken = order.place(self, chain, 0);
  const auto settled = order.place(self, chain, 2);
  std::cout << "chain: monitor, gateway\n"
            << "attach:          after " << chain[attach.index].name << '\n'
            << "standing first:  after " << chain[overtaken.index].name << '\n'
            << "standing last:   "
            << (settled.where == linchpin::placement::kind::stay ? "stay" : "move") << '\n';
}
