// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/version.hpp>

namespace linchpin::inline LINCHPIN_ABI {

version_number version() noexcept {
  return header_version;
}

}  // namespace linchpin
