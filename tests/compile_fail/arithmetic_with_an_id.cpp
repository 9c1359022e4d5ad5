// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: linchpin::revision
// expect: 'int')
#include <linchpin/core/ids.hpp>

linchpin::revision next(linchpin::revision seen) {
#ifdef FORBIDDEN
  return seen + 1;
#else
  return linchpin::revision{seen.value + 1};
#endif
}
