// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <linchpin/core/detail/heuristics.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  const std::uint64_t longest = longest_overlap_us;
  in.kernel().pause(static_cast<std::uint32_t>(std::min(which.number, longest)));
  return {};
}

}  // namespace

const step_actions let_both_run_actions{"let both run", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
