// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: has bytes that mean nothing (padding)
#include <linchpin/engine/component.hpp>

struct limits {
  unsigned char burst;
#ifndef FORBIDDEN
  unsigned char padding[3];
#endif
  unsigned rate;
};

void set(linchpin::component<>& edge) {
  edge.global("limits", limits{});
}
