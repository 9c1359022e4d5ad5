// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"
#include "engine/fill_entries.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> write(execution& in, component_change& change, handle_ref to, const map_spec& map,
                   const map_entries& entries) {
  if (is_per_cpu(map.type)) {
    const auto cpus = in.kernel().facts().possible_cpus;
    LINCHPIN_CHECK(in.kernel().write_map(to, for_each_cpu(entries, cpus), false));
  } else {
    LINCHPIN_CHECK(in.kernel().write_map(to, entries, false));
  }
  for (auto& copy : change.copies) {
    if (copy.to() == to) copy.leave_alone(entries, map.type);
  }
  return {};
}

result<void> about(const map_spec& map, result<void> outcome) {
  if (outcome) return outcome;
  return std::move(outcome).error().about(fmt::format("map {}", map.name));
}

result<void> fill(execution& in, component_change& change, handle_ref to, const map_spec& map,
                  const map_fill& with) {
  if (!with.function) return about(map, write(in, change, to, map, with.entries));
  auto given = with.function();
  if (!given) return about(map, std::move(given).error());
  LINCHPIN_CHECK(check_entries(map, *given));
  return about(map, write(in, change, to, map, *given));
}

// The kernel cannot be asked whether a map is filled: that the journal says committed means that
// each one was. Until then a death goes back, to a generation that nobody ran.
result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& map = change.planned->maps[which.before].spec;
  const auto to = change.find({which.number})->find_map(map.name);
  return fill(in, change, to, map, *change.planned->fills[which.before]);
}

}  // namespace

// Nothing to undo: the map ends with its generation.
const step_actions fill_map_actions{"fill", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
