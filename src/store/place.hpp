// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What stands at the path of a record: nothing, a blob (damaged or not), or somebody else's pin or
/// directory, which is not to be replaced.
enum class place : std::uint8_t { free, ours, foreign };

[[nodiscard]] result<place> look_at(kernel& kernel, const std::string& path);
/// What stands where a program or map with this id is to be pinned.
[[nodiscard]] result<place> look_at(kernel& kernel, const std::string& path, pin_kind kind,
                                    std::uint32_t id);

}  // namespace linchpin::detail
