// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/store/manifest.hpp>

#include "core/try.hpp"
#include "store/envelope.hpp"
#include "store/record_fields.hpp"

namespace linchpin {

namespace {

template <class Named>
const Named* find_named(const std::vector<Named>& all, std::string_view wanted) noexcept {
  for (const auto& one : all) {
    if (one.name == wanted) return &one;
  }
  return nullptr;
}

}  // namespace

const program_record* component_record::find_program(std::string_view wanted) const noexcept {
  return find_named(programs, wanted);
}

const map_record* component_record::find_map(std::string_view wanted) const noexcept {
  for (const auto& map : maps) {
    if (map.spec.name == wanted) return &map;
  }
  return nullptr;
}

const component_record* manifest::find(std::string_view component) const noexcept {
  return find_named(components, component);
}

std::vector<std::byte> encode(const manifest& what) {
  std::vector<std::byte> record;
  detail::write_sealed(detail::manifest_record, what, record);
  return record;
}

void encode(const manifest_parts& what, std::vector<std::byte>& into) {
  detail::write_sealed(detail::manifest_record, what, into);
}

result<manifest> decode_manifest(std::span<const std::byte> record) {
  LINCHPIN_TRY(const auto payload, detail::unseal(detail::manifest_record, record));
  detail::byte_reader reader{payload};
  manifest read;
  detail::fields(reader, read);
  if (reader.failed() || !reader.at_end()) {
    return error{errc::bad_format, "read manifest"}.found("fields that do not fill the record");
  }
  return read;
}

}  // namespace linchpin
