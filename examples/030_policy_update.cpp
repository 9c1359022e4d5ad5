// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// An update policy of your own: the gentlest way that the hook at hand has, whatever it is.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct gentlest {
  static constexpr std::string_view policy_id = "update.gentlest/1";
  template <class Hook>
  static constexpr bool works_at = true;

  linchpin::update_method choose(const linchpin::hook_view& hook) const noexcept {
    using enum linchpin::update_method;
    if (hook.abilities.update != linchpin::update_ability::none) return in_place;
    return hook.abilities.exclusive ? recreate : make_before_break;
  }
};
static_assert(linchpin::update_policy<gentlest>);

struct edge_policies : linchpin::default_policies {
  using update_strategy = gentlest;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  using enum linchpin::update_ability;
  const linchpin::hook_view hooks[] = {
      {.family = "tcx_ingress", .abilities = {.update = compare_and_swap}},
      {.family = "tracepoint", .abilities = {.update = none}},
      {.family = "freplace", .abilities = {.update = none, .exclusive = true}},
  };
  const char* const words[] = {"in place", "new beside old, then old away", "old away, then new"};
  for (const auto& hook : hooks) {
    const auto method = edge_policies::update_strategy{}.choose(hook);
    std::cout << hook.family << ": " << words[static_cast<int>(method)] << '\n';
  }
}
