// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a key of this type has bytes that mean nothing (padding)
#include <linchpin/engine/component.hpp>

struct service {
  unsigned char protocol;
#ifndef FORBIDDEN
  unsigned char padding;
#endif
  unsigned short port;
};

void fill(linchpin::component<>& edge) {
  edge.map<service, unsigned char>("blocked").fill({{service{}, 1}});
}
