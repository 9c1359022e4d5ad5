// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: typed_hook
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/xdp.hpp>

void attach(linchpin::orchestrator<linchpin::default_policies>::component& edge) {
#ifdef FORBIDDEN
  edge.attach("count", "eth0");
#else
  edge.attach("count", linchpin::hook::xdp{"eth0"});
#endif
}
