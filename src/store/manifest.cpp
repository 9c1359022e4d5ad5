// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/manifest.hpp"

#include "store/record_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

template <class Stream, record_of<manifest> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  each(stream, record.policies, [&](auto& id) { stream.text(id); });
  each(stream, record.components, [&](auto& name) { stream.text(name); });
}

}  // namespace detail

std::vector<std::byte> encode(const manifest& what) {
  std::vector<std::byte> record;
  encode(what, record);
  return record;
}

void encode(const manifest& what, std::vector<std::byte>& into) {
  detail::write_sealed(detail::manifest_kind, what, into);
}

result<manifest> decode_manifest(std::span<const std::byte> record) {
  return detail::read_sealed<manifest>(detail::manifest_kind, record);
}

}  // namespace linchpin
