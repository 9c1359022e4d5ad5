// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/object_parts.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cstring>
#include <optional>
#include <string>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::globals {

// Not those of .kconfig, which libbpf fills in at the load.
inline bool has_variables(const bpf_map& map) {
  return bpf_map__is_internal(&map) && !std::string_view{bpf_map__name(&map)}.ends_with(".kconfig");
}

struct place {
  std::uint32_t offset = 0;  // bytes
  std::uint32_t size = 0;    // bytes
};

inline std::optional<place> find_variable(const btf& types, std::uint32_t section,
                                          std::string_view variable) {
  const btf_type* found = btf__type_by_id(&types, section);
  if (found == nullptr || !btf_is_datasec(found)) return std::nullopt;
  const btf_var_secinfo* entries = btf_var_secinfos(found);
  for (std::uint32_t i = 0; i < btf_vlen(found); ++i) {
    const btf_type* entry = btf__type_by_id(&types, entries[i].type);
    const char* name = entry != nullptr ? btf__name_by_offset(&types, entry->name_off) : nullptr;
    if (name != nullptr && variable == name) return place{entries[i].offset, entries[i].size};
  }
  return std::nullopt;
}

// Adds the variables of a section to a list of names.
inline void add_names(const btf& types, std::uint32_t section, std::string& names) {
  const btf_type* found = btf__type_by_id(&types, section);
  if (found == nullptr || !btf_is_datasec(found)) return;
  const btf_var_secinfo* entries = btf_var_secinfos(found);
  for (std::uint32_t i = 0; i < btf_vlen(found); ++i) {
    const btf_type* entry = btf__type_by_id(&types, entries[i].type);
    const char* name = entry != nullptr ? btf__name_by_offset(&types, entry->name_off) : nullptr;
    if (name != nullptr) names += composed({names.empty() ? "" : ", ", name});
  }
}

}  // namespace detail::globals

inline result<void> object::set_global(std::string_view variable,
                                       std::span<const std::byte> value) {
  const auto failed = [&](errc condition) {
    return error{condition, detail::composed({"set global '", variable, "'"}), spec_->name};
  };
  LINCHPIN_CHECK(check_not_loaded(detail::composed({"set global '", variable, "'"})));
  const btf* types = bpf_object__btf(opened_);
  if (types == nullptr) {
    return failed(errc::unsupported).found("an object without BTF").advice("compile with -g");
  }
  for (bpf_map* map : maps_) {
    if (!detail::globals::has_variables(*map)) continue;
    const auto found =
        detail::globals::find_variable(*types, bpf_map__btf_value_type_id(map), variable);
    if (!found) continue;
    if (found->size != value.size()) {
      return failed(errc::layout_mismatch)
          .expected(detail::composed({found->size, " bytes, as in the object"}))
          .found(detail::composed({value.size(), " bytes"}));
    }
    LINCHPIN_CHECK(detail::object_parts::check_not_reused(
        *map, "set global", detail::composed({variable, " of ", bpf_map__name(map)})));
    std::size_t size = 0;
    // libbpf returns the memory itself from which it fills the map at load.
    auto* bytes = static_cast<std::byte*>(const_cast<void*>(bpf_map__initial_value(map, &size)));
    if (bytes == nullptr || size < found->offset + found->size) break;
    std::memcpy(bytes + found->offset, value.data(), value.size());
    return {};
  }
  std::string names;
  for (const bpf_map* map : maps_) {
    if (!detail::globals::has_variables(*map)) continue;
    detail::globals::add_names(*types, bpf_map__btf_value_type_id(map), names);
  }
  return failed(errc::not_found)
      .expected("a variable in .rodata, .data or .bss")
      .found(names.empty() ? "none" : names);
}

}  // namespace linchpin
