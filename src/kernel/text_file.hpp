// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <optional>
#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// All of a small file, of /proc or /sys; nothing when it cannot be read (errno says why).
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path);

}  // namespace linchpin::detail
