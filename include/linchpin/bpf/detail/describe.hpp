// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/btf_layout.hpp>
#include <linchpin/bpf/detail/section.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/detail/text.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

struct bpf_map;
struct bpf_object;
struct bpf_program;

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What libbpf knows of an opened object, as an `object_spec`. Makes no system call.
[[nodiscard]] object_spec describe(const bpf_object& opened);
[[nodiscard]] program_spec describe(const bpf_program& program);
[[nodiscard]] map_spec describe(const bpf_object& opened, const bpf_map& map);

namespace describing {

// libbpf calls the map of .rodata "<object>.rodata"; sections with a name of their own
// (.rodata.table) keep it.
inline std::string section_name(std::string name) {
  if (name.starts_with('.')) return name;
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot);
}

// The map behind a section, by the whole name of that. libbpf tells of some no more than 15 characters.
inline std::string name_of_map(const bpf_object& opened, const bpf_map& map) {
  std::string name = bpf_map__name(&map);
  if (!bpf_map__is_internal(&map)) return name;
  const auto* types = bpf_object__btf(&opened);
  const auto* section =
      types == nullptr ? nullptr : btf__type_by_id(types, bpf_map__btf_value_type_id(&map));
  if (section != nullptr && btf_is_datasec(section))
    return std::string{btf_walk::name_of(*types, *section)};
  return section_name(std::move(name));
}

// The type of the variable that a struct_ops map is made from: "struct tcp_congestion_ops".
inline std::string type_of_variable(const btf* types, const char* name) {
  if (types == nullptr) return {};
  const int id = btf__find_by_name_kind(types, name, BTF_KIND_VAR);
  const auto* variable = id < 0 ? nullptr : btf__type_by_id(types, static_cast<std::uint32_t>(id));
  const auto* type = variable == nullptr ? nullptr : btf__type_by_id(types, variable->type);
  const auto* text = type == nullptr ? nullptr : btf__name_by_offset(types, type->name_off);
  return text == nullptr ? std::string{} : composed({"struct ", text});
}

inline variable_kind kind_of_number(std::uint32_t size, bool is_signed) {
  if (size != 1 && size != 2 && size != 4 && size != 8) return variable_kind::composite;
  return is_signed ? variable_kind::signed_number : variable_kind::unsigned_number;
}

inline variable_kind kind_of_variable(const btf& types, std::uint32_t id, std::uint32_t size) {
  const auto* type = btf_walk::resolve(types, id).type;
  if (type == nullptr) return variable_kind::composite;
  switch (::btf_kind(type)) {
    case BTF_KIND_PTR:
      return variable_kind::pointer;
    case BTF_KIND_FLOAT:
      return size == 4 || size == 8 ? variable_kind::floating : variable_kind::composite;
    case BTF_KIND_INT:
      return kind_of_number(size, (btf_int_encoding(type) & BTF_INT_SIGNED) != 0);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return kind_of_number(size, btf_kflag(type));
    default:
      return variable_kind::composite;
  }
}

// What a number, or an array of numbers of any depth, consists of.
inline std::optional<number_spec> number_in(const btf& types, std::uint32_t id) {
  const auto* type = btf_walk::resolve(types, id).type;
  for (int depth = 0; type != nullptr && btf_is_array(type) && depth < 64; ++depth) {
    id = btf_array(type)->type;
    type = btf_walk::resolve(types, id).type;
  }
  if (type == nullptr || btf_is_array(type)) return std::nullopt;
  const auto size = btf_walk::bits_of(types, id) / 8;
  const auto kind = kind_of_variable(types, id, size);
  if (kind == variable_kind::composite || kind == variable_kind::pointer) return std::nullopt;
  const bool truth = btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_BOOL) != 0;
  return number_spec{kind, size, truth};
}

// What the words const and volatile say of a variable, or of the elements of an array.
struct qualifiers {
  bool is_const = false;
  bool is_volatile = false;
};

inline qualifiers qualifiers_of(const btf& types, std::uint32_t id) {
  qualifiers found;
  for (int depth = 0; depth < 64; ++depth) {
    const auto* type = btf__type_by_id(&types, id);
    if (type == nullptr) break;
    found.is_const = found.is_const || btf_is_const(type);
    found.is_volatile = found.is_volatile || btf_is_volatile(type);
    if (btf_is_array(type)) {
      id = btf_array(type)->type;
      continue;
    }
    if (!btf_is_typedef(type) && !btf_is_mod(type) && !btf_is_var(type)) break;
    id = type->type;
  }
  return found;
}

// Clang puts a static variable to which nothing is ever written among the constants, whatever its type
// says.
inline bool is_constant(qualifiers type, std::string_view map) {
  return !type.is_volatile && (type.is_const || map.starts_with(".rodata"));
}

inline bool is_static(const btf_type& variable) {
  return btf_is_var(&variable) && btf_var(&variable)->linkage == BTF_VAR_STATIC;
}

inline void append_variables(const btf& types, std::uint32_t section, const std::string& map,
                             std::vector<variable_spec>& variables) {
  const auto* found = btf__type_by_id(&types, section);
  if (found == nullptr || !btf_is_datasec(found)) return;
  const auto* places = btf_var_secinfos(found);
  for (std::uint32_t i = 0; i < btf_vlen(found); ++i) {
    const auto* variable = btf__type_by_id(&types, places[i].type);
    if (variable == nullptr) continue;
    const auto type = qualifiers_of(types, places[i].type);
    variables.push_back({std::string{btf_walk::name_of(types, *variable)}, map,
                         btf_walk::words(types, places[i].type), places[i].offset, places[i].size,
                         kind_of_variable(types, places[i].type, places[i].size),
                         is_constant(type, map), number_in(types, places[i].type),
                         btf_walk::storage_of(types, places[i]) != btf_walk::storage::as_declared,
                         is_static(*variable) && !type.is_volatile});
  }
}

}  // namespace describing

inline program_spec describe(const bpf_program& program) {
  program_spec spec;
  spec.name = bpf_program__name(&program);
  spec.section = bpf_program__section_name(&program);
  spec.type = uapi::program_type{bpf_program__type(&program)};
  spec.expected_attach_type = uapi::attach_type{bpf_program__expected_attach_type(&program)};
  spec.autoload = bpf_program__autoload(&program);
  if (spec.type == uapi::program_type::unspecified) {
    if (const auto meaning = meaning_of_section(spec.section)) {
      spec.type = meaning->type;
      spec.expected_attach_type = meaning->attach;
    }
  }
  return spec;
}

inline map_spec describe(const bpf_object& opened, const bpf_map& map) {
  map_spec spec;
  spec.internal = bpf_map__is_internal(&map);
  spec.name = describing::name_of_map(opened, map);
  spec.type = uapi::map_type{bpf_map__type(&map)};
  spec.key_size = bpf_map__key_size(&map);
  spec.value_size = bpf_map__value_size(&map);
  spec.max_entries = bpf_map__max_entries(&map);
  spec.flags = bpf_map__map_flags(&map);
  spec.layout = map_layout(bpf_object__btf(&opened), bpf_map__btf_key_type_id(&map),
                           bpf_map__btf_value_type_id(&map));
  if (spec.type == uapi::map_type::struct_ops) {
    // A struct_ops map refers to the programs of one generation, so that it is never shared.
    spec.internal = true;
    spec.layout = {{"value",
                    describing::type_of_variable(bpf_object__btf(&opened), bpf_map__name(&map)), 0,
                    spec.value_size * 8}};
  }
  return spec;
}

inline object_spec describe(const bpf_object& opened) {
  object_spec spec;
  spec.name = bpf_object__name(&opened);
  std::vector<program_spec> programs;
  for (auto* program = bpf_object__next_program(&opened, nullptr); program != nullptr;
       program = bpf_object__next_program(&opened, program)) {
    programs.push_back(describe(*program));
  }
  std::vector<map_spec> maps;
  for (auto* map = bpf_object__next_map(&opened, nullptr); map != nullptr;
       map = bpf_object__next_map(&opened, map)) {
    maps.push_back(describe(opened, *map));
    const auto* types = bpf_object__btf(&opened);
    if (types == nullptr || !bpf_map__is_internal(map)) continue;
    describing::append_variables(*types, bpf_map__btf_value_type_id(map), maps.back().name,
                                 spec.variables);
  }
  spec.programs = std::move(programs);
  spec.maps = std::move(maps);
  return spec;
}

}  // namespace linchpin::detail
