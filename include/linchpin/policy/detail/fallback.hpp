// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/fallback.hpp>

namespace linchpin::inline LINCHPIN_ABI::fallback {

namespace {

bool worth_trying(const rung_view& rung) noexcept {
  return rung.available == nullptr || !rung.available->is_no();
}

}  // namespace

std::optional<std::size_t> strict::choose(const hook_view&, std::span<const rung_view> rungs,
                                          std::size_t from) const noexcept {
  if (from != 0 || rungs.empty() || !worth_trying(rungs.front())) return std::nullopt;
  return 0;
}

std::optional<std::size_t> ladder::choose(const hook_view&, std::span<const rung_view> rungs,
                                          std::size_t from) const noexcept {
  for (std::size_t index = from; index < rungs.size(); ++index) {
    if (worth_trying(rungs[index])) return index;
  }
  return std::nullopt;
}

}  // namespace linchpin::fallback
