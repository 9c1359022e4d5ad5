// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/skeleton.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <bpf/libbpf.h>

#include <fmt/format.h>

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/object_parts.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
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

// A property that libbpf tells of both, and its name.
struct property {
  std::string_view name;
  bool same;
};

std::optional<std::string_view> first_other(std::initializer_list<property> all) {
  for (const auto& each : all) {
    if (!each.same) return each.name;
  }
  return std::nullopt;
}

bool same_text(const char* left, const char* right) {
  return std::string_view{left != nullptr ? left : ""} == (right != nullptr ? right : "");
}

std::optional<std::string_view> odd_property(const bpf_map* set, const bpf_map* declared) {
  return first_other({
      {"a live map", bpf_map__fd(set) < 0},
      {"whether it is created", bpf_map__autocreate(set) == bpf_map__autocreate(declared)},
      {"its type", bpf_map__type(set) == bpf_map__type(declared)},
      {"the size of its entries", bpf_map__key_size(set) == bpf_map__key_size(declared) &&
                                      bpf_map__value_size(set) == bpf_map__value_size(declared)},
      {"its flags", bpf_map__map_flags(set) == bpf_map__map_flags(declared)},
      {"what is special to its type (map_extra)",
       bpf_map__map_extra(set) == bpf_map__map_extra(declared)},
      {"its NUMA node", bpf_map__numa_node(set) == bpf_map__numa_node(declared)},
      {"its interface", bpf_map__ifindex(set) == bpf_map__ifindex(declared)},
      // A pin that the object declares is made nowhere: the store has pins of its own.
      {"the path of its pin",
       bpf_map__pin_path(declared) != nullptr || same_text(bpf_map__pin_path(set), nullptr)},
  });
}

// A live map that was given as the template of inner maps cannot be read back, but libbpf takes no
// second one, and says so in its log. It takes -1, which stands for none, where there is none.
bool has_inner_descriptor(bpf_map* map) {
  const detail::libbpf_log held;
  return bpf_map__set_inner_map_fd(map, -1) != 0;
}

// The inner maps of a map of maps: declared ones are compared as any map.
std::optional<std::string_view> odd_inner_map(bpf_map* set, bpf_map* declared) {
  const auto type = bpf_map__type(set);
  if (type != BPF_MAP_TYPE_ARRAY_OF_MAPS && type != BPF_MAP_TYPE_HASH_OF_MAPS) return std::nullopt;
  const auto* const inner = bpf_map__inner_map(set);
  const auto* const inner_declared = bpf_map__inner_map(declared);
  if (inner == nullptr || inner_declared == nullptr) {
    const bool given = inner != inner_declared || has_inner_descriptor(set);
    return given ? std::optional<std::string_view>{"an inner map"} : std::nullopt;
  }
  if (const auto odd = odd_property(inner, inner_declared)) return "its inner map";
  const bool same = bpf_map__max_entries(inner) == bpf_map__max_entries(inner_declared);
  return same ? std::nullopt : std::optional<std::string_view>{"its inner map"};
}

bool same_code(const bpf_program* left, const bpf_program* right) {
  const auto bytes = [](const bpf_program* of) {
    return std::as_bytes(std::span{bpf_program__insns(of), bpf_program__insn_cnt(of)});
  };
  const auto one = bytes(left), other = bytes(right);
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

std::optional<std::string_view> odd_property(const bpf_program* set, const bpf_program* declared) {
  return first_other({
      {"whether it is loaded", bpf_program__autoload(set) == bpf_program__autoload(declared)},
      {"its type", bpf_program__type(set) == bpf_program__type(declared)},
      {"its attach type",
       bpf_program__expected_attach_type(set) == bpf_program__expected_attach_type(declared)},
      {"its flags", bpf_program__flags(set) == bpf_program__flags(declared)},
      {"its instructions", same_code(set, declared)},
  });
}

// What stands at a place of a struct_ops map: a number, or a program by its number.
struct callback {
  bool is_program = false;
  std::uint64_t number = 0;

  friend bool operator==(const callback&, const callback&) = default;
};

callback as_program(std::uint64_t word, const std::vector<bpf_program*>& programs) {
  const auto found = std::find_if(programs.begin(), programs.end(), [word](const bpf_program* one) {
    return reinterpret_cast<std::uintptr_t>(one) == word;
  });
  if (found == programs.end()) return {false, word};
  return {true, static_cast<std::uint64_t>(found - programs.begin())};
}

// libbpf tells from 1.4 on what a struct_ops map begins with, programs by their addresses.
bool same_callbacks(std::span<const std::byte> set, std::span<const std::byte> declared,
                    const opened_parts& set_parts, const opened_parts& declared_parts) {
  if (set.size() != declared.size()) return false;
  for (std::size_t at = 0; at < set.size(); at += sizeof(std::uint64_t)) {
    const auto size = std::min(set.size() - at, sizeof(std::uint64_t));
    std::uint64_t left = 0, right = 0;
    std::memcpy(&left, set.data() + at, size);
    std::memcpy(&right, declared.data() + at, size);
    if (as_program(left, set_parts.programs) != as_program(right, declared_parts.programs))
      return false;
  }
  return true;
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
    const auto value = initial_value(set.maps[i]);
    const auto before = initial_value(declared.maps[i]);
    if (!odd && map.is_attachable() && !same_callbacks(value, before, set, declared))
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
    if (const auto odd = odd_property(set.programs[i], declared.programs[i]))
      return not_carried(made.name(), "program", set.program_specs[i].name, *odd);
  }
  LINCHPIN_CHECK(take_maps(made, image.spec(), set, declared));
  return made;
}

}  // namespace linchpin
