// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: this strategy cannot carry the entries of the running version
#include <linchpin/engine/component.hpp>

struct address {
  unsigned char bytes[4];
};
struct counter_1 {
  unsigned packets;
};
struct counter_2 {
  unsigned long long packets;
};

void say(linchpin::component<>& edge) {
  auto flows = edge.map<address, counter_2>("flows");
#ifdef FORBIDDEN
  flows.carry_from<address, counter_1>(linchpin::carry::copy{});
#else
  flows.carry_from<address, counter_1>(linchpin::carry::discard{});
  flows.carry_from<address, counter_2>(linchpin::carry::copy{});
#endif
}
