// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"
#include "engine/next_generation.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  const auto& change = in.change_of(which);
  const next_generation::parts parts{*change.planned, *change.find({which.number})};
  next_generation next{parts};
  return change.planned->preparation(next);
}

}  // namespace

// Nothing to undo: what was prepared ends with its generation.
const step_actions prepare_generation_actions{"prepare", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
