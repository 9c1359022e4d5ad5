// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/section.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/named_list.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::object_parts {

// Sets the type of each program whose section libbpf does not know and linchpin does.
inline void give_types(bpf_object& opened) {
  for (auto* program = bpf_object__next_program(&opened, nullptr); program != nullptr;
       program = bpf_object__next_program(&opened, program)) {
    if (bpf_program__type(program) != BPF_PROG_TYPE_UNSPEC) continue;
    const auto meaning = meaning_of_section(bpf_program__section_name(program));
    if (!meaning) continue;
    bpf_program__set_type(program, static_cast<bpf_prog_type>(meaning->type));
    bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(meaning->attach));
  }
}

// libbpf does not say whether an object is loaded. A map has a descriptor also when it is to be used
// in place of one that the load would make.
inline bool looks_loaded(const std::vector<bpf_program*>& programs,
                         const std::vector<bpf_map*>& maps) {
  bool has_programs = false;
  for (const auto* program : programs) {
    if (!bpf_program__autoload(program)) continue;
    if (bpf_program__fd(program) >= 0) return true;
    has_programs = true;
  }
  if (has_programs) return false;
  bool has_maps = false;
  for (const auto* map : maps) {
    if (!bpf_map__autocreate(map)) continue;
    if (bpf_map__fd(map) < 0) return false;
    has_maps = true;
  }
  return has_maps;
}

template <class Named>
inline std::string names(const named_list<Named>& all) {
  std::string list;
  for (const auto& item : all) {
    if (!list.empty()) list += ", ";
    list += item.name;
  }
  return list.empty() ? "none" : list;
}

// Before the load, only a map that is a live one has a descriptor.
inline result<void> check_not_reused(const bpf_map& map, std::string_view operation,
                                     std::string_view name) {
  if (bpf_map__fd(&map) < 0) return {};
  return error{errc::busy, operation, name}
      .expected("a map that the load creates")
      .found("a live map is used instead (reuse_map)")
      .advice("change it before reuse_map, which compares what was set with the live map");
}

// libbpf would unmap the initial values with the size of the live map.
inline result<void> check_size_of_globals(const bpf_map& map, map_ref live, std::string_view name) {
  if (!bpf_map__is_internal(&map)) return {};
  LINCHPIN_TRY(const auto is, live.info());
  if (is.value_size == bpf_map__value_size(&map) && is.max_entries == bpf_map__max_entries(&map)) {
    return {};
  }
  return error{errc::layout_mismatch, "reuse map", name}
      .expected(composed({bpf_map__max_entries(&map), " entry of ", bpf_map__value_size(&map),
                          " bytes, as in the object"}))
      .found(composed({is.max_entries, " of ", is.value_size, " bytes"}));
}

inline error refused(int got, std::string_view operation, std::string_view subject) {
  return error::from_errno(-got, operation, subject);
}

}  // namespace detail::object_parts

}  // namespace linchpin
