// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: value_of_a_global
#include <linchpin/engine/component.hpp>

void set(linchpin::component<>& edge, const unsigned& every) {
#ifdef FORBIDDEN
  edge.global("sample_every", &every);
#else
  edge.global("sample_every", every);
#endif
}
