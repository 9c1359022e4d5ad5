// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/handle.hpp>
#include <linchpin/kernel/kernel.hpp>

namespace linchpin::inline LINCHPIN_ABI {

void handle::close() noexcept {
  owner_->close(std::exchange(number_, -1));
}

}  // namespace linchpin
