// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// The maps of the running generation that variables come from.
std::vector<variable_copy::source> sources_of(const planned_map& map,
                                              const live_generation& running) {
  std::vector<variable_copy::source> made;
  for (const auto& variable : map.variables) {
    const auto section = source_section(map, variable);
    const auto known = std::find_if(made.begin(), made.end(), [section](const auto& other) {
      return other.section == section;
    });
    if (known == made.end()) made.push_back({section, running.find_map(section)});
  }
  return made;
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& map = change.planned->maps[which.before];
  const auto to = change.find({which.number})->find_map(map.spec.name);
  if (map.spec.internal) {
    auto sources = sources_of(map, *change.running->current());
    return change.variables.emplace_back(map, std::move(sources), to).first_sweep(in.kernel());
  }
  const auto from = change.running->current()->find_map(map.spec.name);
  return change.copies.emplace_back(map.spec, from, to).first_sweep(in.kernel());
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
