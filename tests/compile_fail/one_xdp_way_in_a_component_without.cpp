// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a component takes XDP in one way
#include <linchpin/engine/component.hpp>
#include <linchpin/hook/families.hpp>

void attach(linchpin::component<>& edge) {
#ifdef FORBIDDEN
  edge.attach("count", linchpin::hook::xdp{"eth0"}.native());
#else
  edge.attach("count", linchpin::hook::xdp{"eth0"});
  edge.attach("count", linchpin::any_hook{linchpin::hook::xdp{"eth1"}.native()});
#endif
}
