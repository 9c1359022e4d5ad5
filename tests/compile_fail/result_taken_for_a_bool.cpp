// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: 'linchpin::result<int>' to 'bool'
#include <linchpin/core/result.hpp>

linchpin::result<int> count();

bool update() {
#ifdef FORBIDDEN
  bool ok = count();
#else
  bool ok = count().has_value();
#endif
  return ok;
}
