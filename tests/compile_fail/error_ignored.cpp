// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: nodiscard
#include <linchpin/core/error.hpp>

linchpin::error explain();

void update() {
#ifdef FORBIDDEN
  explain();
#else
  static_cast<void>(explain().message());
#endif
}
