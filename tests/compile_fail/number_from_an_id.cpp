// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: program_id
#include <linchpin/core/ids.hpp>

std::uint32_t number(linchpin::program_id program) {
#ifdef FORBIDDEN
  return program;
#else
  return program.value;
#endif
}
