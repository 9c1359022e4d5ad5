// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: deleted
// expect: linchpin::handle
#include <linchpin/kernel/handle.hpp>

linchpin::handle duplicate(linchpin::handle& owner) {
#ifdef FORBIDDEN
  return owner;
#else
  return std::move(owner);
#endif
}
