// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/skeleton.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <bpf/libbpf.h>

#include <fmt/format.h>

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/object_parts.hpp>
#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// What libbpf has of an object, in the object's order.
struct opened_parts {
  explicit opened_parts(bpf_object& of) {
    for (auto* map = bpf_object__next_map(&of, nullptr); map != nullptr;
         map = bpf_object__next_map(&of, map)) {
      maps.push_back(map);
      map_specs.push_back(detail::describe(of, *map));
    }
    for (auto* program = bpf_object__next_program(&of, nullptr); program != nullptr;
         program = bpf_object__next_program(&of, program)) {
      programs.push_back(program);
      program_specs.push_back(detail::describe(*program));
    }
  }

  std::vector<bpf_map*> maps;
  std::vector<bpf_program*> programs;
  std::vector<map_spec> map_specs;
  std::vector<program_spec> program_specs;
};

template <class Spec>
bool same_names(const std::vector<Spec>& left, const std::vector<Spec>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Spec& one, const Spec& other) { return one.name == other.name; });
}

std::span<const std::byte> initial_value(bpf_map* map) {
  std::size_t size = 0;
  const auto* const first = static_cast<const std::byte*>(bpf_map__initial_value(map, &size));
  if (first == nullptr) return {};
  return {first, size};
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

// The first thing about a map that was set and that a component does not carry.
std::optional<std::string_view> odd_property(const map_spec& set, const map_spec& declared,
                                             const bpf_map* map, const bpf_map* as_declared) {
  if (bpf_map__fd(map) >= 0) return "a live map";
  if (bpf_map__autocreate(map) != bpf_map__autocreate(as_declared)) return "whether it is created";
  if (set.type != declared.type) return "its type";
  if (set.key_size != declared.key_size || set.value_size != declared.value_size)
    return "the size of its entries";
  if (set.flags != declared.flags) return "its flags";
  const auto has_template = [](const bpf_map* of) {
    return bpf_map__inner_map(const_cast<bpf_map*>(of)) != nullptr;
  };
  if (has_template(map) != has_template(as_declared)) return "an inner map";
  return std::nullopt;
}

std::optional<std::string_view> odd_property(const program_spec& set,
                                             const program_spec& declared) {
  if (set.autoload != declared.autoload) return "whether it is loaded";
  if (set.type != declared.type) return "its type";
  if (set.expected_attach_type != declared.expected_attach_type) return "its attach type";
  return std::nullopt;
}

// Says the variables of one map that have other values than in the object.
result<void> take_variables(desired_component& into, const object_spec& spec, const map_spec& map,
                            std::span<const std::byte> set, std::span<const std::byte> declared) {
  if (std::equal(set.begin(), set.end(), declared.begin(), declared.end())) return {};
  bool known = false;
  for (const auto& variable : spec.variables) {
    if (variable.map != map.name) continue;
    known = true;
    const std::size_t end = std::size_t{variable.offset} + variable.size;
    if (end > set.size() || end > declared.size())
      return not_carried(into.name(), "map", map.name, "its size");
    const auto value = set.subspan(variable.offset, variable.size);
    const auto before = declared.subspan(variable.offset, variable.size);
    if (std::equal(value.begin(), value.end(), before.begin())) continue;
    into.global(desired_global{variable.name, {value.begin(), value.end()}, variable.kind});
  }
  if (known) return {};
  return not_carried(into.name(), "map", map.name,
                     "a variable that no BTF tells of (compile with -g)");
}

result<void> take_maps(desired_component& into, const object_spec& spec, const opened_parts& set,
                       const opened_parts& declared) {
  for (std::size_t i = 0; i < set.maps.size(); ++i) {
    const auto& map = set.map_specs[i];
    const auto& as_declared = declared.map_specs[i];
    if (const auto odd = odd_property(map, as_declared, set.maps[i], declared.maps[i]))
      return not_carried(into.name(), "map", map.name, *odd);
    if (map.max_entries != as_declared.max_entries) into.map(map.name).max_entries(map.max_entries);
    // libbpf fills in the settings of the kernel at the load.
    if (!map.internal || map.is_attachable() || map.name == ".kconfig") continue;
    LINCHPIN_CHECK(take_variables(into, spec, map, initial_value(set.maps[i]),
                                  initial_value(declared.maps[i])));
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
  LINCHPIN_TRY(const auto pristine, object::open(image));
  const opened_parts set{**opened.obj};
  const opened_parts declared{*pristine.native()};
  if (!same_names(set.map_specs, declared.map_specs) ||
      !same_names(set.program_specs, declared.program_specs)) {
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
    const auto& program = set.program_specs[i];
    if (const auto odd = odd_property(program, declared.program_specs[i]))
      return not_carried(made.name(), "program", program.name, *odd);
  }
  LINCHPIN_CHECK(take_maps(made, image.spec(), set, declared));
  return made;
}

}  // namespace linchpin
