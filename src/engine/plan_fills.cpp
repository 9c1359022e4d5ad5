// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_fills.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include <linchpin/core/detail/checksum.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/fill_entries.hpp"
#include "engine/plan_maps.hpp"

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

result<void> about(const desired_component& desired, result<void> checked) {
  if (checked) return checked;
  return std::move(checked).error().about(fmt::format("component {}", desired.name()));
}

}  // namespace

result<void> check_fills(const desired_component& desired, const std::vector<planned_map>& maps) {
  for (const auto& wanted : desired.maps()) {
    if (!wanted.fill) continue;
    const auto map = find_map(maps, wanted.name);
    LINCHPIN_CHECK(about(desired, check_can_be_filled(map->spec)));
    if (wanted.carry == carry_method::reuse) {
      return shared_by_both(desired, wanted.name, "asked for");
    }
  }
  return {};
}

namespace {

result<void> check_own(const planned_map& map, const desired_component& desired,
                       const decisions& policies) {
  if (map.carry == carry_method::reuse) {
    return shared_by_both(desired, map.spec.name, map.reason);
  }
  if (map.carry) return {};
  // There is nothing to carry. Where the policy would share it with the next generation, that one could
  // never be planned.
  LINCHPIN_TRY(const auto next, carry_between_equals(map, desired, policies));
  if (next != carry_method::reuse) return {};
  return shared_by_both(desired, map.spec.name, policies.id(slot::map_carry));
}

}  // namespace

result<void> plan_fills(planned_component& planned, const desired_component& desired,
                        const decisions& policies) {
  planned.preparation = desired.preparation();
  for (const auto& wanted : desired.maps()) {
    if (!wanted.fill) continue;
    const auto index = find_map(planned.maps, wanted.name) - planned.maps.cbegin();
    auto& map = planned.maps[static_cast<std::size_t>(index)];
    const auto& fill = *wanted.fill;
    if (!fill.function) LINCHPIN_CHECK(about(desired, check_entries(map.spec, fill.entries)));
    LINCHPIN_CHECK(check_own(map, desired, policies));
    map.filled_by_function = static_cast<bool>(fill.function);
    if (!map.filled_by_function) map.filled_with = fill.entries.size();
    planned.fills.resize(planned.maps.size());
    planned.fills[static_cast<std::size_t>(index)] = fill;
  }
  return {};
}

std::uint64_t digest_of(const map_fill& fill) noexcept {
  if (fill.function) return filled_by_function;
  const auto keys = detail::checksum(fill.entries.keys);
  const auto both = keys ^ (detail::checksum(fill.entries.values) * 0x9e3779b97f4a7c15U);
  return std::max<std::uint64_t>(both, filled_by_function + 1);
}

std::vector<std::string> fills_that_wait(const desired_component& desired,
                                         const generation_record& running) {
  std::vector<std::string> lines;
  if (running.digest == 0) return lines;  // taken over: nothing is known of what it was filled with
  for (const auto& wanted : desired.maps()) {
    const auto* map = running.find_map(wanted.name);
    if (map == nullptr) continue;
    const auto digest = wanted.fill ? digest_of(*wanted.fill) : 0;
    if (digest == map->filled || !wanted.fill) continue;
    lines.push_back(fmt::format(
        "map {}: what it is filled with changed; only the next generation gets that", wanted.name));
  }
  if (desired.preparation() && !running.prepared) {
    lines.emplace_back("a function prepares it now; only the next generation is prepared");
  }
  return lines;
}

}  // namespace linchpin
