// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a component takes one way for each family that has several
#include <linchpin/engine/component.hpp>
#include <linchpin/hook/families.hpp>

using namespace linchpin;

#ifdef FORBIDDEN
using at_driver = component<update::in_place, hook::xdp_way::native, hook::xdp_way::generic>;
#else
using at_driver = component<update::in_place, hook::xdp_way::native>;
#endif

void attach(at_driver& edge) {
  edge.attach("count", hook::xdp{"eth0"});
}
