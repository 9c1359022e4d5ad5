// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: nodiscard
#include <linchpin/core/result.hpp>

linchpin::result<int> load();

void update() {
#ifdef FORBIDDEN
  load();
#else
  static_cast<void>(load().value());
#endif
}
