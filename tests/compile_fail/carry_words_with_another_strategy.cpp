// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: carry
// expect: method
#include <linchpin/engine/component.hpp>
#include <linchpin/policy/policy_set.hpp>

void say(linchpin::component<>& edge) {
#ifdef FORBIDDEN
  edge.map("flows").carry(linchpin::lifetime::durable{});
#else
  edge.map("flows").carry(linchpin::carry::copy{});
#endif
}
