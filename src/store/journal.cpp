// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/store/journal.hpp>

#include "core/try.hpp"
#include "store/envelope.hpp"
#include "store/record_fields.hpp"

namespace linchpin {

namespace detail {

template <class Stream, record_of<journal_component> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.from.value);
  stream.number(record.to.value);
  each(stream, record.attached, [&](auto& attachment) { fields(stream, attachment); });
  each(stream, record.dropped, [&](auto& attachment) { fields(stream, attachment); });
}

template <class Stream, record_of<journal> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  each(stream, record.components, [&](auto& component) { fields(stream, component); });
}

}  // namespace detail

std::vector<std::byte> encode(const journal& what) {
  std::vector<std::byte> record;
  encode(what, record);
  return record;
}

void encode(const journal& what, std::vector<std::byte>& into) {
  detail::write_sealed(detail::journal_record, what, into);
}

result<journal> decode_journal(std::span<const std::byte> record) {
  LINCHPIN_TRY(const auto payload, detail::unseal(detail::journal_record, record));
  detail::byte_reader reader{payload};
  journal read;
  detail::fields(reader, read);
  if (reader.failed() || !reader.at_end()) {
    return error{errc::bad_format, "read journal"}.found("fields that do not fill the record");
  }
  return read;
}

}  // namespace linchpin
