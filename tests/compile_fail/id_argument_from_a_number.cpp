// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: from 'int' to 'linchpin::program_id'
#include <linchpin/core/ids.hpp>

void detach(linchpin::program_id program);

void update() {
#ifdef FORBIDDEN
  detach(41);
#else
  detach(linchpin::program_id{41});
#endif
}
