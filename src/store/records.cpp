// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/store/records.hpp>

#include "store/record_bytes.hpp"
#include "store/record_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

const program_record* generation_record::find_program(std::string_view wanted) const noexcept {
  for (const auto& program : programs) {
    if (program.name == wanted) return &program;
  }
  return nullptr;
}

const program_record* generation_record::find_program(program_id wanted) const noexcept {
  if (!wanted) return nullptr;  // an absent identity matches nothing
  for (const auto& program : programs) {
    if (program.id == wanted) return &program;
  }
  return nullptr;
}

const map_record* generation_record::find_map(std::string_view wanted) const noexcept {
  for (const auto& map : maps) {
    if (map.spec.name == wanted) return &map;
  }
  return nullptr;
}

const generation_record* component_record::find_generation(
    linchpin::generation wanted) const noexcept {
  for (const auto& version : generations) {
    if (version.number == wanted) return &version;
  }
  return nullptr;
}

const generation_record* component_record::running() const noexcept {
  return find_generation(current);
}

std::vector<std::byte> encode(const component_record& what) {
  std::vector<std::byte> record;
  encode(what, record);
  return record;
}

void encode(const component_record& what, std::vector<std::byte>& into) {
  detail::write_sealed(detail::written_as(detail::component_kind, detail::takes_format_3(what)),
                       what, into);
}

result<component_record> decode_component(std::span<const std::byte> record) {
  return detail::read_sealed<component_record>(detail::component_kind, record);
}

}  // namespace linchpin
