// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: no matching
// expect: apply
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/engine/plan_form.hpp>

void carry_out(linchpin::orchestrator_core& edge, const linchpin::plan& made,
               const linchpin::plan_form& read) {
#ifdef FORBIDDEN
  edge.apply(read).value();
#else
  edge.apply(made).value();
#endif
  static_cast<void>(read);
}
