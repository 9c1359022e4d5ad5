// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: 'linchpin::result<int>' to 'int'
#include <linchpin/core/result.hpp>

linchpin::result<int> count();

int update() {
#ifdef FORBIDDEN
  int entries = count();
#else
  int entries = count().value();
#endif
  return entries;
}
