// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"
#include "engine/fill_entries.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// With hundreds of CPUs all values at once would be gigabytes.
constexpr std::size_t entries_at_once = 1024;

result<void> write_for_each_cpu(kernel& kernel, handle_ref to, const map_entries& entries) {
  const auto cpus = kernel.facts().possible_cpus;
  for (std::size_t first = 0; first < entries.size(); first += entries_at_once) {
    const auto count = std::min(entries_at_once, entries.size() - first);
    LINCHPIN_CHECK(kernel.write_map(to, for_each_cpu(entries, first, count, cpus), false));
  }
  return {};
}

result<void> write(execution& in, component_change& change, handle_ref to, const map_spec& map,
                   const map_entries& entries) {
  if (is_per_cpu(map.type)) {
    LINCHPIN_CHECK(write_for_each_cpu(in.kernel(), to, entries));
  } else {
    LINCHPIN_CHECK(in.kernel().write_map(to, entries, false));
  }
  if (evicts(map.type)) {
    LINCHPIN_TRY(const auto there, in.kernel().read_map(to));
    LINCHPIN_CHECK(check_kept(map, entries, there));
  }
  for (auto& copy : change.copies) {
    if (copy.to() == to) copy.leave_alone(entries);
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
