// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::detail {

/// The candidate with the smallest edit distance to what was wanted, if it is near enough to be a
/// misspelling (at most a third of the letters differ).
[[nodiscard]] std::optional<std::string> nearest(std::string_view wanted,
                                                 std::span<const std::string_view> candidates);

/// "did you mean 'fw_ingress'?", or a list of what there is.
[[nodiscard]] std::string suggestion(std::string_view wanted,
                                     std::span<const std::string_view> candidates);

}  // namespace linchpin::detail
