// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/snapshot.hpp>

#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A checksum of all that a plan is decided on. Serials are left out: they rise with each
/// transaction, also with one that leaves everything as it was; and so are lines for people.
[[nodiscard]] std::uint64_t decided_on(const snapshot& seen);

}  // namespace linchpin::detail
