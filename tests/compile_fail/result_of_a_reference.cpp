// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: is_reference_v
#include <linchpin/core/result.hpp>

#ifdef FORBIDDEN
using found = linchpin::result<int&>;
#else
using found = linchpin::result<int*>;
#endif
bool look(const found& result) {
  return result.has_value();
}
