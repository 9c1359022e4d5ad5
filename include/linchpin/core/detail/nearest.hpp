// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The candidate with the smallest edit distance to what was wanted, if it is near enough to be a
/// misspelling (at most a third of the letters differ).
[[nodiscard]] std::optional<std::string> nearest(std::string_view wanted,
                                                 std::span<const std::string_view> candidates);

/// The error for a name that nothing has. It advises the name that was probably meant, or else
/// lists the names that there are.
[[nodiscard]] error no_such_name(error made, std::string_view wanted,
                                 std::span<const std::string_view> candidates);

namespace spelling {

// Levenshtein, one row at a time.
inline std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace spelling

inline std::optional<std::string> nearest(std::string_view wanted,
                                          std::span<const std::string_view> candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = wanted.size() / 3 + 1;
  for (const auto candidate : candidates) {
    const std::size_t found = spelling::distance(wanted, candidate);
    if (found > best_distance || (best && found == best_distance)) continue;
    best = candidate;
    best_distance = found;
  }
  return best;
}

inline error no_such_name(error made, std::string_view wanted,
                          std::span<const std::string_view> candidates) {
  if (const auto near = nearest(wanted, candidates)) {
    return std::move(made).advice(detail::composed({"did you mean '", *near, "'?"}));
  }
  if (candidates.empty()) return std::move(made).found("none at all");
  return std::move(made).found(detail::list_of(candidates, ", "));
}

}  // namespace linchpin::detail
