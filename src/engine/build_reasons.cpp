// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/build_reasons.hpp"

#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/plan_globals.hpp"
#include "engine/plan_maps.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Programs that the object calls optional are loaded with the hooks that run them.
std::set<std::string_view> not_loaded(const desired_component& desired,
                                      const generation_record& running) {
  std::set<std::string_view> wanted;
  for (const auto& attachment : desired.attachments()) {
    if (attachment.hook.family().attaches == attached_kind::program) {
      wanted.insert(attachment.program);
    }
  }
  for (const auto& program : running.programs) wanted.erase(program.name);
  return wanted;
}

}  // namespace

std::vector<std::string> reasons_to_build(const wanted_generation& wanted,
                                          const observed_component& running) {
  const auto& current = *running.record->running();
  const auto digest = wanted.image.digest();
  std::vector<std::string> reasons;
  const auto add = [&reasons](std::vector<std::string> lines) {
    for (auto& line : lines) reasons.push_back(std::move(line));
  };
  if (current.digest != digest) {
    reasons.push_back(
        current.digest == 0
            ? fmt::format("it is not known which object runs; now {:016x}", digest)
            : fmt::format("object changed: {:016x} -> {:016x}", current.digest, digest));
  }
  for (const auto& lost : running.gone) reasons.push_back(lost + " is gone");
  for (const auto name : not_loaded(wanted.desired, current)) {
    reasons.push_back(fmt::format("program {} was not loaded, since no hook ran it", name));
  }
  add(changed_shapes(wanted.maps, current));
  // What the variables of an unknown object were set to is not known either.
  if (current.digest != 0) add(changed_globals(wanted.globals, current.globals, wanted.image));
  return reasons;
}

std::vector<std::string> maps_left_behind(const generation_record& running,
                                          const object_spec& next) {
  std::vector<std::string> lines;
  for (const auto& map : running.maps) {
    const bool keeps_something = !map.spec.internal || holds_variables(map.spec);
    if (!keeps_something || next.find_map(map.spec.name) != nullptr) continue;
    lines.push_back(fmt::format("map {}: the next object has none of that name", map.spec.name));
  }
  return lines;
}

}  // namespace linchpin
