// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: 'linchpin::handle'
// expect: 'int' to
#include <linchpin/kernel/handle.hpp>

linchpin::handle take(linchpin::kernel& owner, int descriptor) {
#ifdef FORBIDDEN
  static_cast<void>(owner);
  return descriptor;
#else
  return linchpin::handle{owner, descriptor};
#endif
}
