// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Who holds the flock(2) lock of a file.
/// \param table the text of /proc/locks
/// returns: the pid that took it, or nothing when no holder is listed
/// source: proc_locks(5)
[[nodiscard]] std::optional<int> flock_holder(std::string_view table, std::uint32_t device_major,
                                              std::uint32_t device_minor,
                                              std::uint64_t inode) noexcept;

}  // namespace linchpin::detail
