// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& name = change.planned->maps[which.before].spec.name;
  auto& copy = change.copies.emplace_back(name, change.running->current()->find_map(name),
                                          change.find({which.number})->find_map(name));
  return copy.first_sweep(in.kernel());
}

// Nothing to undo: the entries went into a map that nobody uses yet.
result<void> revert(execution& in, const step& which) {
  auto& copies = in.change_of(which).copies;
  if (!copies.empty()) copies.pop_back();
  return {};
}

}  // namespace

const step_actions copy_map_actions{"copy", perform, revert, nullptr, nullptr};

}  // namespace linchpin
