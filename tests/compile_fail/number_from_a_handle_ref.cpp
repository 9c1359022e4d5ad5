// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: 'linchpin::handle_ref' to
#include <linchpin/kernel/handle.hpp>

int number(linchpin::handle_ref program) {
#ifdef FORBIDDEN
  return program;
#else
  return program.number;
#endif
}
