// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: was not checked against the policies of this orchestrator
#include <linchpin/engine/orchestrator.hpp>

struct careful : linchpin::default_policies {
  using update_strategy = linchpin::update::make_before_break;
};
using service = linchpin::orchestrator<careful>;

void plan(service& edge, const linchpin::component<>& other, const service::component& own) {
#ifdef FORBIDDEN
  (void)edge.plan({own});
  (void)edge.plan({other});
#else
  (void)other;
  (void)edge.plan({own});
#endif
}
