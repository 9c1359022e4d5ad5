// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include "store/record_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

template <class Stream, record_of<chain_entry> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.program.value);
  stream.number(record.link.value);
  stream.number(record.tc_priority);
  stream.number(record.tc_handle);
  stream.text(record.name);
}

template <class Stream, record_of<neighbour_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.component);
  stream.number(record.slot);
  fields(stream, record.entry);
}

template <class Record, class... Plain>
concept one_of = (record_of<Record, Plain> || ...);

// A draft has a pointer where a journal has the thing itself.
template <class Value>
auto& itself(Value& value) {
  if constexpr (std::is_pointer_v<Value>) {
    return *value;
  } else {
    return value;
  }
}

template <class Stream, one_of<step_record, journal_draft::step> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.kind);
  stream.number(record.change);
  stream.number(record.first);
  stream.number(record.second);
  stream.number(record.number);
  maybe(stream, record.left, [&](auto& neighbour) { fields(stream, neighbour); });
  maybe(stream, record.right, [&](auto& neighbour) { fields(stream, neighbour); });
}

template <class Stream, one_of<journal_change, journal_draft::change> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.was_there);
  stream.number(record.stays);
  fields(stream, itself(record.after));
  each(stream, record.others, [&](auto& generation) { fields(stream, itself(generation)); });
}

template <class Stream, one_of<journal, journal_draft> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  stream.number(record.phase);
  each(stream, record.policies, [&](auto& id) { stream.text(id); });
  each(stream, record.changes, [&](auto& change) { fields(stream, change); });
  each(stream, record.steps, [&](auto& step) { fields(stream, step); });
}

template <one_of<journal, journal_draft> Journal>
void write_journal(const Journal& what, std::vector<std::byte>& into) {
  const bool as_format_3 =
      std::any_of(what.changes.begin(), what.changes.end(), [](const auto& change) {
        return takes_format_3(itself(change.after)) ||
               std::any_of(change.others.begin(), change.others.end(),
                           [](const auto& version) { return takes_format_3(itself(version)); });
      });
  write_sealed(written_as(journal_kind, as_format_3), what, into);
}

}  // namespace detail

std::vector<std::byte> encode(const journal& what) {
  std::vector<std::byte> record;
  encode(what, record);
  return record;
}

void encode(const journal& what, std::vector<std::byte>& into) {
  detail::write_journal(what, into);
}

void encode(const journal_draft& what, std::vector<std::byte>& into) {
  detail::write_journal(what, into);
}

result<journal> decode_journal(std::span<const std::byte> record) {
  LINCHPIN_TRY(auto read, detail::read_sealed<journal>(detail::journal_kind, record));
  if (read.phase == journal_phase::intent || read.phase == journal_phase::committed) return read;
  return error{errc::bad_format, "read journal"}
      .expected("the phase 1 or 2")
      .found(std::to_string(static_cast<unsigned>(read.phase)));
}

}  // namespace linchpin
