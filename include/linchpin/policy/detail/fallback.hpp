// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/fallback.hpp>

namespace linchpin::inline LINCHPIN_ABI {
namespace detail {

inline bool worth_trying(const rung_view& rung) noexcept {
  return rung.available == nullptr || !rung.available->is_no();
}

}  // namespace detail

namespace fallback {

inline std::optional<std::size_t> strict::choose(const hook_view&, std::span<const rung_view> rungs,
                                                 std::size_t from) const noexcept {
  if (from != 0 || rungs.empty() || !detail::worth_trying(rungs.front())) return std::nullopt;
  return 0;
}

inline std::optional<std::size_t> ladder::choose(const hook_view&, std::span<const rung_view> rungs,
                                                 std::size_t from) const noexcept {
  for (std::size_t index = from; index < rungs.size(); ++index) {
    if (detail::worth_trying(rungs[index])) return index;
  }
  return std::nullopt;
}

}  // namespace fallback
}  // namespace linchpin
