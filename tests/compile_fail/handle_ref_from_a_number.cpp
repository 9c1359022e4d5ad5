// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: from 'int' to 'linchpin::handle_ref'
#include <linchpin/kernel/handle.hpp>

void describe(linchpin::handle_ref program);

void look(int descriptor) {
#ifdef FORBIDDEN
  describe(descriptor);
#else
  describe(linchpin::handle_ref{descriptor});
#endif
}
