// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_fills.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/fill_entries.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

error shared_by_both(const desired_component& desired, std::string_view map,
                     std::string_view who_says) {
  return error{errc::invalid_argument, fill_operation,
               fmt::format("component {}, map {}", desired.name(), map)}
      .expected("a map of the next generation alone")
      .found(fmt::format(
          "carry::reuse [{}]: the running programs would see the fill before the switch", who_says))
      .advice(
          "ask for carry::copy, which carries the entries and fills over them, or for "
          "carry::discard, which starts with the fill alone");
}

std::vector<planned_map>::const_iterator find_map(const std::vector<planned_map>& maps,
                                                  std::string_view name) {
  return std::find_if(maps.begin(), maps.end(),
                      [name](const planned_map& map) { return map.spec.name == name; });
}

result<void> check_fill(const map_fill& fill, const map_spec& map) {
  LINCHPIN_CHECK(check_can_be_filled(map));
  return fill.function ? result<void>{} : check_entries(map, fill.entries);
}

}  // namespace

result<void> check_fills(const desired_component& desired, const std::vector<planned_map>& maps) {
  for (const auto& wanted : desired.maps()) {
    if (!wanted.fill) continue;
    const auto map = find_map(maps, wanted.name);
    if (auto checked = check_fill(*wanted.fill, map->spec); !checked) {
      return std::move(checked).error().about(fmt::format("component {}", desired.name()));
    }
    if (wanted.carry == carry_method::reuse) {
      return shared_by_both(desired, wanted.name, "asked for");
    }
  }
  return {};
}

result<void> plan_fills(planned_component& planned, const desired_component& desired) {
  planned.preparation = desired.preparation();
  for (const auto& wanted : desired.maps()) {
    if (!wanted.fill) continue;
    const auto index = find_map(planned.maps, wanted.name) - planned.maps.cbegin();
    auto& map = planned.maps[static_cast<std::size_t>(index)];
    if (map.carry == carry_method::reuse) return shared_by_both(desired, wanted.name, map.reason);
    map.filled_by_function = static_cast<bool>(wanted.fill->function);
    if (!map.filled_by_function) map.filled_with = wanted.fill->entries.size();
    planned.fills.resize(planned.maps.size());
    planned.fills[static_cast<std::size_t>(index)] = wanted.fill;
  }
  return {};
}

}  // namespace linchpin
