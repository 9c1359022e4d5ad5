// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a component takes XDP in one way
#include <linchpin/engine/component.hpp>
#include <linchpin/hook/families.hpp>

using at_driver = linchpin::component<linchpin::update::in_place, linchpin::hook::xdp_way::native>;

void attach(at_driver& edge) {
  edge.attach("count", linchpin::hook::xdp{"eth0"}.native());
#ifdef FORBIDDEN
  edge.attach("count", linchpin::hook::xdp{"eth1"}.generic());
#else
  edge.attach("count", linchpin::hook::xdp{"eth1"});
#endif
}
