// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& map = change.planned->maps[which.before];
  const auto from = change.running->current()->find_map(map.spec.name);
  const auto to = change.find({which.number})->find_map(map.spec.name);
  if (map.spec.internal) {
    return change.variables.emplace_back(map, from, to).first_sweep(in.kernel());
  }
  return change.copies.emplace_back(map.spec.name, from, to).first_sweep(in.kernel());
}

// Nothing to undo: the entries went into a map that nobody uses yet.
result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const bool of_variables =
      change.planned != nullptr && change.planned->maps[which.before].spec.internal;
  if (of_variables) {
    if (!change.variables.empty()) change.variables.pop_back();
  } else if (!change.copies.empty()) {
    change.copies.pop_back();
  }
  return {};
}

}  // namespace

const step_actions copy_map_actions{"copy", perform, revert, nullptr, nullptr};

}  // namespace linchpin
