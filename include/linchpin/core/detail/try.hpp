// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

// Propagation of errors inside the library.
//   LINCHPIN_TRY(auto fd, open_it());   declares fd, or returns the error
//   LINCHPIN_CHECK(close_it());         goes on, or returns the error

#define LINCHPIN_DETAIL_CONCAT_(a, b) a##b
#define LINCHPIN_DETAIL_CONCAT(a, b) LINCHPIN_DETAIL_CONCAT_(a, b)

#define LINCHPIN_DETAIL_TRY(slot, declaration, ...) \
  auto slot = (__VA_ARGS__);                        \
  if (!slot) return std::move(slot).error();        \
  declaration = *std::move(slot)

#define LINCHPIN_TRY(declaration, ...) \
  LINCHPIN_DETAIL_TRY(LINCHPIN_DETAIL_CONCAT(linchpin_try_, __LINE__), declaration, __VA_ARGS__)

#define LINCHPIN_CHECK(...)                                   \
  do {                                                        \
    if (auto linchpin_check = (__VA_ARGS__); !linchpin_check) \
      return std::move(linchpin_check).error();               \
  } while (false)
