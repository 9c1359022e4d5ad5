// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/next_generation.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/nearest.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

error cannot_give(errc condition, const planned_component& from, std::string_view kind,
                  std::string_view name) {
  return {condition, fmt::format("find {}", kind),
          fmt::format("component {}, {} {}", from.name, kind, name)};
}

error not_there(const planned_component& from, std::string_view kind, std::string_view name,
                const std::vector<std::string_view>& names) {
  return detail::no_such_name(
      error{errc::not_found, fmt::format("find {}", kind), fmt::format("component {}", from.name)}
          .expected(fmt::format("a {} '{}' of generation {}", kind, name, from.to.value)),
      name, names);
}

}  // namespace

generation next_generation::number() const noexcept {
  return parts_.planned.to;
}

result<map_ref> next_generation::map(std::string_view name) const {
  const auto& planned = parts_.planned;
  const auto found = std::find_if(planned.maps.begin(), planned.maps.end(),
                                  [name](const auto& map) { return map.spec.name == name; });
  if (found == planned.maps.end()) {
    std::vector<std::string_view> names;
    for (const auto& map : planned.maps) {
      if (!map.spec.internal) names.push_back(map.spec.name);
    }
    return not_there(planned, "map", name, names);
  }
  if (found->spec.internal) {
    return cannot_give(errc::invalid_argument, planned, "map", name)
        .expected("a map that the object declares")
        .found("the map of global variables, which keep their values later")
        .advice("set them by their names: global(...)");
  }
  if (found->carry == carry_method::reuse) {
    return cannot_give(errc::invalid_argument, planned, "map", name)
        .expected("a map of the next generation alone")
        .found("carry::reuse: the running programs use it as well")
        .advice("ask for carry::copy or carry::discard, or change it when the apply is done");
  }
  return map_ref::borrow(fd_ref::borrow(parts_.live.find_map(name).number));
}

result<program_ref> next_generation::program(std::string_view name) const {
  const auto& planned = parts_.planned;
  const auto found = std::find_if(planned.programs.begin(), planned.programs.end(),
                                  [name](const auto& program) { return program.name == name; });
  if (found == planned.programs.end()) {
    std::vector<std::string_view> names;
    for (const auto& program : planned.programs) names.push_back(program.name);
    return not_there(planned, "program", name, names);
  }
  const auto index = static_cast<std::size_t>(found - planned.programs.begin());
  return program_ref::borrow(fd_ref::borrow(parts_.live.programs[index].ref().number));
}

}  // namespace linchpin
