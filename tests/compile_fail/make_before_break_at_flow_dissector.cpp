// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: update policy
// expect: make_before_break one that holds two programs
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>

struct my_policies : linchpin::default_policies {
  using update_strategy = linchpin::update::make_before_break;
};

void attach(linchpin::orchestrator<my_policies>::component& edge) {
#ifdef FORBIDDEN
  edge.attach("count", linchpin::hook::flow_dissector{});
#else
  edge.attach("count", linchpin::hook::sk_lookup{});
#endif
}
