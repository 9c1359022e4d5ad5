// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>

#include <unordered_map>

#include <fmt/format.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"
#include "engine/maps_by_name.hpp"
#include "engine/plan_maps.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

by_name<desired_map> wishes_of(const desired_component& desired) {
  by_name<desired_map> made;
  for (const auto& map : desired.maps()) made.add(map.name, map);
  return made;
}

by_name<map_record> maps_of(const generation_record& running) {
  by_name<map_record> made;
  for (const auto& map : running.maps) made.add(map.spec.name, map);
  return made;
}

map_view view_of(std::string_view component, const map_spec& spec, bool size_asked) {
  return {component,       spec.name,        spec.type,  spec.key_size,
          spec.value_size, spec.max_entries, spec.flags, size_asked};
}

std::string map_text(const desired_component& desired, const map_spec& map) {
  return fmt::format("component {}, map {}", desired.name(), map.name);
}

namespace {

// Compares the key and value sizes that the service says it uses with those of the object.
result<void> check_entry(const desired_component& desired, const desired_map& declared,
                         const map_spec& map) {
  const entry_size has{map.key_size, map.value_size};
  if (!declared.entry || *declared.entry == has) return {};
  const auto words = [](const entry_size& of) {
    return fmt::format("keys of {} bytes and values of {}", of.key, of.value);
  };
  return error{errc::layout_mismatch, "find map", map_text(desired, map)}
      .expected(words(*declared.entry) + ", as the component says")
      .found(words(has) + " in the object");
}

result<void> check_names(const desired_component& desired, const object_image& image) {
  by_name<map_spec> known;
  for (const auto& map : image.spec().maps) known.add(map.name, map);
  for (const auto& declared : desired.maps()) {
    if (const auto* map = known.find(declared.name); map != nullptr) {
      LINCHPIN_CHECK(check_entry(desired, declared, *map));
      continue;
    }
    std::vector<std::string_view> names;
    for (const auto& map : image.spec().maps) names.push_back(map.name);
    return detail::no_such_name(
        error{errc::not_found, "find map", fmt::format("component {}", desired.name())}.expected(
            fmt::format("a map '{}' in {}", declared.name, image.spec().name)),
        declared.name, names);
  }
  return {};
}

result<void> check_shape(const desired_component& desired, const planned_map& map,
                         const decisions& policies) {
  if (map.spec.internal) return {};
  const auto problem = shape_problem(map.spec);
  if (problem.empty()) return {};
  const bool size = problem.starts_with("max_entries");
  const auto said = size && map.size_asked ? std::string{"the component asked"}
                    : size || problem.starts_with("flags")
                        ? fmt::format("{} says", policies.id(slot::map_sizing))
                        : std::string{"the object declares"};
  auto made = error{errc::invalid_argument, "size map",
                    fmt::format("component {}, map {}", desired.name(), map.spec.name)}
                  .expected(fmt::format("a {} that a kernel takes", name_of(map.spec.type)))
                  .found(fmt::format("{}, as {}", problem, said));
  if (!size) return made;
  return std::move(made).advice("say with map(...).max_entries(...) how large the map is to be");
}

// The maps as the object declares them and the component asks for them.
std::vector<planned_map> declared_maps(const desired_component& desired,
                                       const object_image& image) {
  const auto wishes = wishes_of(desired);
  std::vector<planned_map> maps;
  for (const auto& declared : image.spec().maps) {
    auto& map = maps.emplace_back(planned_map{declared, {}, {}, false, {}});
    map.copied_once = holds_variables(declared) && holds_kernel_objects(declared);
    const auto* wish = wishes.find(declared.name);
    if (wish == nullptr || !wish->max_entries) continue;
    map.spec.max_entries = *wish->max_entries;
    map.size_asked = true;
  }
  return maps;
}

result<std::vector<map_shape>> ask_sizes(const decisions& policies, const sizing_view& all) {
  const auto text = [](const map_view& map) {
    return fmt::format("component {}, map {}", map.component, map.name);
  };
  if (all.maps.empty()) return std::vector<map_shape>{};
  const auto shapes = policies.sizes(all);
  if (!shapes) {
    const bool known = shapes.about() && *shapes.about() < all.maps.size();
    return refused_by(policies, slot::map_sizing, shapes.reason(),
                      known ? text(all.maps[*shapes.about()]) : std::string{});
  }
  if (shapes->size() != all.maps.size()) {
    return refused_by(policies, slot::map_sizing,
                      fmt::format("it was asked about {} maps and answered about {}",
                                  all.maps.size(), shapes->size()),
                      {});
  }
  return *shapes;
}

}  // namespace

result<std::vector<std::vector<planned_map>>> plan_shapes(
    std::span<const desired_component* const> desired, std::span<const object_image* const> images,
    const decisions& policies, const machine_view& machine) {
  std::vector<std::vector<planned_map>> planned(desired.size());
  std::vector<map_view> views;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    if (images[i] == nullptr) continue;
    LINCHPIN_CHECK(check_names(*desired[i], *images[i]));
    planned[i] = declared_maps(*desired[i], *images[i]);
    for (const auto& map : planned[i]) {
      if (!map.spec.internal)
        views.push_back(view_of(desired[i]->name(), map.spec, map.size_asked));
    }
  }
  LINCHPIN_TRY(const auto shapes, ask_sizes(policies, {views, machine}));
  auto shape = shapes.begin();
  for (std::size_t i = 0; i < desired.size(); ++i) {
    for (auto& map : planned[i]) {
      if (!map.spec.internal) {
        if (!map.size_asked) map.spec.max_entries = shape->max_entries;
        map.spec.flags = shape->flags;
        ++shape;
      }
      // libbpf makes one for each CPU of it (libbpf.c: map_set_def_max_entries).
      if (map.spec.type == uapi::map_type::perf_event_array && map.spec.max_entries == 0) {
        map.spec.max_entries = machine.possible_cpus;
      }
      LINCHPIN_CHECK(check_shape(*desired[i], map, policies));
    }
  }
  return planned;
}

std::vector<std::string> changed_shapes(const std::vector<planned_map>& maps,
                                        const generation_record& running) {
  const auto before_by_name = maps_of(running);
  std::vector<std::string> lines;
  for (const auto& map : maps) {
    const auto* before = before_by_name.find(map.spec.name);
    if (before == nullptr) continue;
    if (before->spec.max_entries != map.spec.max_entries) {
      lines.push_back(fmt::format("map {}: max_entries {} -> {}", map.spec.name,
                                  before->spec.max_entries, map.spec.max_entries));
    }
    if (before->spec.flags != map.spec.flags) {
      lines.push_back(fmt::format("map {}: flags {:#x} -> {:#x}", map.spec.name, before->spec.flags,
                                  map.spec.flags));
    }
  }
  return lines;
}

}  // namespace linchpin
