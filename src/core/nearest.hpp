// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The candidate with the smallest edit distance to what was wanted, if it is near enough to be a
/// misspelling (at most a third of the letters differ).
[[nodiscard]] std::optional<std::string> nearest(std::string_view wanted,
                                                 std::span<const std::string_view> candidates);

/// The error of a name that nothing has: with the one that was probably meant as advice, or else with
/// the names that there are as what was found.
[[nodiscard]] error no_such_name(error made, std::string_view wanted,
                                 std::span<const std::string_view> candidates);

}  // namespace linchpin::detail
