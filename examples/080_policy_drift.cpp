// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A drift policy of your own: whoever debugs at an egress hook may go on; anything else is ours again.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>

#include <quickstart_balancer_1.bpf.hpp>

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

using edge = linchpin::orchestrator<edge_policies>;

static void show(const example::stage& stage) {
  auto service = edge::open(stage.store()).value();
  edge::component balancer{"balancer", linchpin::object_source::memory(
                                           "balancer", bpf_objects::quickstart_balancer_1())};
  balancer.attach("balancer", linchpin::hook::tcx_ingress{stage.interface});
  balancer.attach("returner", linchpin::hook::tcx_egress{stage.interface});
  service.apply({balancer}).value();

  const auto say = [&](const char* when) {
    std::cout << when << "ingress " << stage.ingress() << "; egress " << stage.egress() << '\n';
  };
  // Somebody finds our links, as anybody may who is privileged.
  const auto ours = service.status().value().components.front().attachments;
  const auto ingress = linchpin::open_link(ours[0].id.link).value();
  const auto egress = linchpin::open_link(ours[1].id.link).value();
  const auto replace = [](const linchpin::link& link, example::attach_type type) {
    const auto old = linchpin::open_program(link->info().value().program).value();
    const auto debugger = example::load_stranger("debugger");
    link->update({debugger, type}, old).value();
  };
  say("applied:         ");
  replace(ingress, example::attach_type::tcx_ingress);
  replace(egress, example::attach_type::tcx_egress);
  say("both replaced:   ");
  service.apply({balancer}).value();
  say("applied again:   ");
  egress->detach().value();
  say("egress detached: ");
  service.apply({balancer}).value();
  say("applied again:   ");
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   applied:         ingress balancer; egress returner
//   both replaced:   ingress debugger; egress debugger
//   applied again:   ingress balancer; egress debugger
//   egress detached: ingress balancer; egress nothing
//   applied again:   ingress balancer; egress returner
