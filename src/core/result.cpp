// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/result.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

void throw_failure(error cause) {
  throw failure(std::move(cause));
}

}  // namespace linchpin::detail
