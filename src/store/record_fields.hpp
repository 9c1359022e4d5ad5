// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/records.hpp>

#include <linchpin/core/detail/try.hpp>
#include "store/byte_stream.hpp"
#include "store/envelope.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

// One description of each record's fields serves writing and reading: `Stream` is byte_counter or
// byte_writer with a const record, or byte_reader with a mutable one.
namespace linchpin::inline LINCHPIN_ABI::detail {

template <class Record, class Plain>
concept record_of = std::same_as<std::remove_const_t<Record>, Plain>;

template <class Stream, class Elements, class Visit>
void each(Stream& stream, Elements& elements, Visit visit) {
  if constexpr (std::is_same_v<Stream, byte_reader>) {
    elements.resize(stream.count());
  } else {
    stream.count(elements.size());
  }
  for (auto& element : elements) visit(element);
}

template <class Stream, class Optional, class Visit>
void maybe(Stream& stream, Optional& value, Visit visit) {
  bool there = static_cast<bool>(value);
  stream.number(there);
  if constexpr (std::is_same_v<Stream, byte_reader>) {
    if (there) value.emplace();
  }
  if (there) visit(*value);
}

template <class Stream, record_of<target_identity> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.kind);
  stream.number(record.id);
  stream.number(record.netns.value);
}

template <class Stream, record_of<attachment_id> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.link.value);
  stream.number(record.tc_priority);
  stream.number(record.tc_handle);
}

template <class Stream, record_of<program_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.type);
  stream.number(record.attach_type);
  stream.number(record.id.value);
  for (auto& byte : record.tag) stream.number(byte);
}

template <class Stream, record_of<layout_field> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.path);
  stream.text(record.type);
  stream.number(record.bit_offset);
  stream.number(record.bit_size);
}

template <class Stream, record_of<map_spec> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.type);
  stream.number(record.key_size);
  stream.number(record.value_size);
  stream.number(record.max_entries);
  stream.number(record.flags);
  stream.number(record.internal);
  each(stream, record.layout, [&](auto& field) { fields(stream, field); });
}

template <class Stream, record_of<map_record> Record>
void fields(Stream& stream, Record& record) {
  fields(stream, record.spec);
  stream.number(record.id.value);
  if (stream.format() >= format_with_globals) stream.number(record.filled);
}

template <class Stream, record_of<global_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.kind);
  each(stream, record.value, [&](auto& byte) { stream.number(byte); });
}

/// What `layout_version` was when format 2 was the newest one.
inline constexpr std::uint32_t layouts_of_format_2 = 1;

template <class Stream, record_of<generation_record> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.number.value);
  stream.number(record.digest);
  each(stream, record.programs, [&](auto& program) { fields(stream, program); });
  each(stream, record.maps, [&](auto& map) { fields(stream, map); });
  if (stream.format() < format_with_globals) {
    if constexpr (std::is_same_v<Stream, byte_reader>) record.layouts = layouts_of_format_2;
    return;
  }
  each(stream, record.globals, [&](auto& global) { fields(stream, global); });
  stream.number(record.layouts);
  stream.number(record.prepared);
}

template <class Stream, record_of<attachment_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.family);
  stream.text(record.target);
  stream.text(record.netns);
  stream.text(record.program);
  stream.number(record.generation.value);
  stream.number(record.how);
  stream.number(record.type);
  fields(stream, record.identity);
  fields(stream, record.id);
  stream.number(record.slot);
  stream.number(record.priority);
}

template <class Stream, record_of<component_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.current.value);
  stream.number(record.next_slot);
  stream.number(record.serial);
  each(stream, record.generations, [&](auto& generation) { fields(stream, generation); });
  each(stream, record.attachments, [&](auto& attachment) { fields(stream, attachment); });
}

/// A record with its fields written behind a filled-in envelope.
template <class Record>
void write_sealed(const record_kind& kind, const Record& record, std::vector<std::byte>& into) {
  byte_counter counter{kind.format};
  fields(counter, record);
  into.resize(envelope_size + counter.bytes());
  byte_writer writer{std::span{into}.subspan(envelope_size), kind.format};
  fields(writer, record);
  seal(kind, into);
}

/// Whether format 2 does not hold all of it.
[[nodiscard]] inline bool takes_format_3(const generation_record& version) noexcept {
  return !version.globals.empty() || version.layouts != layouts_of_format_2 || version.prepared ||
         std::any_of(version.maps.begin(), version.maps.end(),
                     [](const map_record& map) { return map.filled != 0; });
}
[[nodiscard]] inline bool takes_format_3(const component_record& record) noexcept {
  return std::any_of(record.generations.begin(), record.generations.end(),
                     [](const auto& version) { return takes_format_3(version); });
}

/// The format in which a record is written: the oldest one that holds it.
[[nodiscard]] inline record_kind written_as(record_kind kind, bool as_format_3) noexcept {
  if (!as_format_3) kind.format = format_with_globals - 1;
  return kind;
}

/// The record whose fields fill the payload.
/// errors: as `unseal`; bad_format for fields that end before or after the payload does.
template <class Record>
[[nodiscard]] result<Record> read_sealed(const record_kind& kind,
                                         std::span<const std::byte> record) {
  LINCHPIN_TRY(const auto opened, unseal(kind, record));
  byte_reader reader{opened.payload, opened.format};
  Record read;
  fields(reader, read);
  if (!reader.failed() && reader.at_end()) return read;
  return error{errc::bad_format, std::string{"read "} + std::string{kind.name}}
      .expected("fields that fill the record exactly")
      .found(reader.failed() ? "a field that goes beyond its end, or has no meaning"
                             : "bytes after the last field");
}

}  // namespace linchpin::detail
