// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: nodiscard
#include <linchpin/kernel/handle.hpp>

linchpin::handle open_pin();

void look() {
#ifdef FORBIDDEN
  open_pin();
#else
  const auto pin = open_pin();
#endif
}
