// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: a map is filled with pairs of its own key and value types
#include <linchpin/engine/component.hpp>

#include <utility>
#include <vector>

void fill(linchpin::component<>& edge) {
#ifdef FORBIDDEN
  const std::vector<std::pair<int, unsigned char>> ports{{80, 1}};
#else
  const std::vector<std::pair<unsigned short, unsigned char>> ports{{80, 1}};
#endif
  edge.map<unsigned short, unsigned char>("blocked").fill(ports);
}
