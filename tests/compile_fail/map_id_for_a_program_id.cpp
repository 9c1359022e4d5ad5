// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: operator==
// expect: linchpin::map_id
#include <linchpin/core/ids.hpp>

bool same(linchpin::program_id program, linchpin::map_id map) {
#ifdef FORBIDDEN
  return program == map;
#else
  return program.value == map.value;
#endif
}
