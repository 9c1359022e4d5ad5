// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: nodiscard
#include <linchpin/core/result.hpp>

linchpin::result<void> apply();

void update() {
#ifdef FORBIDDEN
  apply();
#else
  if (!apply()) return;
#endif
}
