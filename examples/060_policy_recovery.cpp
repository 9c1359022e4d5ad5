// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A recovery policy of your own: what lost a race gets two more chances; then the service goes on
// without what it can do without, and undoes everything for what it cannot.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>

#include <example_rejected.bpf.hpp>
#include <quickstart_firewall_1.bpf.hpp>

struct extras_may_fail {
  static constexpr std::string_view policy_id = "recovery.extras_may_fail/1";

  linchpin::recovery_answer choose(const linchpin::failure_view& failed) const noexcept {
    using enum linchpin::recovery_action;
    // Never retryable where the outcome is in doubt: trying again could do it twice.
    if (failed.retryable && failed.attempt < 3) return {retry, 1000 * failed.attempt};
    return failed.component.starts_with("extra-") ? degrade : roll_back;
  }
};
static_assert(linchpin::recovery_policy<extras_may_fail>);

struct edge_policies : linchpin::default_policies {
  using recovery = extras_may_fail;
};
static_assert(linchpin::policy_set<edge_policies>);

using edge = linchpin::orchestrator<edge_policies>;

static void show(const example::stage& stage) {
  using source = linchpin::object_source;
  const auto say = [&stage](const std::string& what, const char* how) {
    std::cout << what << ": " << how << "\n  ingress " << stage.ingress() << "; egress "
              << stage.egress() << '\n';
  };
  auto service = edge::open(stage.store()).value();
  edge::component firewall{"firewall",
                           source::memory("firewall", bpf_objects::quickstart_firewall_1())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{stage.interface});
  service.apply({firewall}).value();
  say("firewall at ingress", "applied");

  firewall.attach("firewall", linchpin::hook::tcx_egress{stage.interface});
  for (const char* const name : {"guard", "extra-guard"}) {
    edge::component rejected{name, source::memory(name, bpf_objects::example_rejected())};
    rejected.attach("careless", linchpin::hook::tcx_ingress{stage.interface});
    const auto applied = service.apply({firewall, rejected});
    say(std::string{"firewall at both, and "} + name,
        !applied                         ? "an error, and everything is as it was"
        : applied->held_back.size() == 1 ? "applied but for one component"
                                         : "applied");
  }
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   firewall at ingress: applied
//     ingress firewall; egress nothing
//   firewall at both, and guard: an error, and everything is as it was
//     ingress firewall; egress nothing
//   firewall at both, and extra-guard: applied but for one component
//     ingress firewall; egress firewall
