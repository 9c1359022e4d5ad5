// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: update policy
// expect: in_place needs a hook whose program can be replaced
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/tcx.hpp>

struct tracing_hook {
  static constexpr bool exclusive = false;
#ifdef FORBIDDEN
  static constexpr bool updatable = false;
#else
  static constexpr bool updatable = true;
#endif
  operator linchpin::any_hook() const { return linchpin::hook::tcx_ingress{"eth0"}; }
};

void attach(linchpin::orchestrator<linchpin::default_policies>::component& edge) {
  edge.attach("trace", tracing_hook{});
}
