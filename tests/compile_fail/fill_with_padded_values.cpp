// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a value of this type has bytes that mean nothing (padding)
#include <linchpin/engine/component.hpp>

struct verdict {
  unsigned char action;
#ifndef FORBIDDEN
  unsigned char padding;
#endif
  unsigned short code;
};

void fill(linchpin::component<>& edge) {
  edge.map<unsigned short, verdict>("blocked").fill({{1, verdict{}}});
}
