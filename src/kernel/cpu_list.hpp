// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace linchpin::detail {

/// The number of CPUs in a list as sysfs writes it: "0-3,8,10-11".
/// returns: nothing when the text is not such a list
/// source: Documentation/admin-guide/cputopology.rst
[[nodiscard]] std::optional<std::uint32_t> count_cpu_list(std::string_view text) noexcept;

/// The number of slots in a per-CPU value.
/// errors: bad_format or errno of the file; a guess here would let the kernel write past a buffer
[[nodiscard]] result<std::uint32_t> possible_cpus();

}  // namespace linchpin::detail
