// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/skeleton.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <linchpin/bpf/detail/initial_value.hpp>
#include <linchpin/bpf/detail/object_changes.hpp>
#include <linchpin/bpf/detail/object_parts.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

using detail::object_changes::odd_inner_map;
using detail::object_changes::odd_property;
using detail::object_changes::opened_parts;

bool same_bytes(std::span<const std::byte> left, std::span<const std::byte> right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

// What a component has no word for.
error not_carried(const std::string& component, std::string_view what, std::string_view name,
                  std::string_view property) {
  return error{errc::unsupported, "take skeleton",
               fmt::format("component {}, {} {}", component, what, name)}
      .expected("variables and numbers of entries, which a component carries")
      .found(fmt::format("{}, set through the skeleton", property))
      .advice("set it in the source of the object");
}

// Says the variables of one map that have other values than in the object.
result<void> take_variables(desired_component& into, const object_spec& spec, const map_spec& map,
                            std::span<const std::byte> set, std::span<const std::byte> declared) {
  if (same_bytes(set, declared)) return {};
  bool known = false;
  std::vector<std::byte> taken{declared.begin(), declared.end()};
  for (const auto& variable : spec.variables) {
    if (variable.map != map.name) continue;
    known = true;
    const std::size_t end = std::size_t{variable.offset} + variable.size;
    if (end > set.size() || end > declared.size())
      return not_carried(into.name(), "map", map.name, "its size");
    const auto value = set.subspan(variable.offset, variable.size);
    const auto before = declared.subspan(variable.offset, variable.size);
    if (std::equal(value.begin(), value.end(), before.begin())) continue;
    std::copy(value.begin(), value.end(),
              taken.begin() + static_cast<std::ptrdiff_t>(variable.offset));
    const bool array = variable.kind == variable_kind::composite;
    into.global(desired_global{variable.name,
                               {value.begin(), value.end()},
                               variable.kind,
                               array ? variable.number : std::nullopt});
  }
  if (known && same_bytes(taken, set)) return {};
  if (known) return not_carried(into.name(), "map", map.name, "what is in no variable of it");
  return not_carried(into.name(), "map", map.name,
                     "a variable that no BTF tells of (compile with -g)");
}

result<void> take_maps(desired_component& into, const object_spec& spec, const opened_parts& set,
                       const opened_parts& declared) {
  for (std::size_t i = 0; i < set.maps.size(); ++i) {
    const auto& map = set.map_specs[i];
    const auto& as_declared = declared.map_specs[i];
    auto odd = odd_property(set.maps[i], declared.maps[i]);
    if (!odd) odd = odd_inner_map(set.maps[i], declared.maps[i]);
    const auto value = detail::initial_value(set.maps[i]);
    const auto before = detail::initial_value(declared.maps[i]);
    if (!odd && map.is_attachable() &&
        !detail::object_changes::same_callbacks(value, before, set, declared))
      odd = "what it begins with";
    // libbpf tells from 1.5 on what an arena begins with.
    if (!odd && !map.internal && !same_bytes(value, before)) odd = "what is in it";
    if (odd) return not_carried(into.name(), "map", map.name, *odd);
    if (map.max_entries != as_declared.max_entries) into.map(map.name).max_entries(map.max_entries);
    // libbpf fills in the settings of the kernel at the load.
    if (!map.internal || map.is_attachable() || map.name == ".kconfig") continue;
    LINCHPIN_CHECK(take_variables(into, spec, map, value, before));
  }
  return {};
}

}  // namespace

result<desired_component> from_skeleton(std::string name, const bpf_object_skeleton& opened) {
  const auto failed = [&name](errc condition) {
    return error{condition, "take skeleton", fmt::format("component {}", name)};
  };
  if (opened.obj == nullptr || *opened.obj == nullptr) {
    return failed(errc::invalid_argument)
        .expected("a skeleton that is opened")
        .found("one without an object");
  }
  const auto* const elf = static_cast<const std::byte*>(opened.data);
  auto source = object_source::memory(opened.name != nullptr ? opened.name : name,
                                      {elf, static_cast<std::size_t>(opened.data_sz)});
  LINCHPIN_TRY(const auto image, source.read());
  LINCHPIN_TRY(const auto pristine, detail::open_object(image.spec().name, image.bytes()));
  const opened_parts set{**opened.obj};
  const opened_parts declared{*pristine};
  if (!detail::object_changes::same_names(set.map_specs, declared.map_specs) ||
      !detail::object_changes::same_names(set.program_specs, declared.program_specs)) {
    return failed(errc::invalid_argument)
        .expected("the object of the skeleton's own ELF")
        .found("one with other programs or maps");
  }
  if (detail::object_parts::looks_loaded(set.programs, set.maps)) {
    return failed(errc::busy)
        .expected("a skeleton that is opened and not loaded")
        .found("it is loaded already")
        .advice("open it without loading it: the orchestrator loads the object itself");
  }
  desired_component made{std::move(name), std::move(source)};
  for (std::size_t i = 0; i < set.programs.size(); ++i) {
    if (const auto odd = odd_property(set.programs[i], declared.programs[i]))
      return not_carried(made.name(), "program", set.program_specs[i].name, *odd);
  }
  LINCHPIN_CHECK(take_maps(made, image.spec(), set, declared));
  return made;
}

}  // namespace linchpin
