// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/manifest.hpp>

#include "store/byte_stream.hpp"
#include "store/envelope.hpp"

#include <type_traits>
#include <vector>

// One description of each record's fields serves writing and reading: `Stream` is byte_counter or
// byte_writer with a const record, or byte_reader with a mutable one.
namespace linchpin::detail {

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
}

template <class Stream, record_of<attachment_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.family);
  stream.text(record.target);
  stream.text(record.program);
  stream.number(record.how);
  fields(stream, record.identity);
  fields(stream, record.id);
  stream.number(record.slot);
  stream.number(record.priority);
}

template <class Stream, record_of<component_record> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.generation.value);
  stream.number(record.digest);
  stream.number(record.next_slot);
  each(stream, record.programs, [&](auto& program) { fields(stream, program); });
  each(stream, record.maps, [&](auto& map) { fields(stream, map); });
  each(stream, record.attachments, [&](auto& attachment) { fields(stream, attachment); });
}

template <class Stream, record_of<manifest> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  each(stream, record.policies, [&](auto& id) { stream.text(id); });
  each(stream, record.components, [&](auto& component) { fields(stream, component); });
}

/// A manifest's fields, from components that lie apart.
template <class Stream>
void fields(Stream& stream, const manifest_parts& parts) {
  stream.number(parts.serial);
  each(stream, parts.policies, [&](const auto& id) { stream.text(id); });
  each(stream, parts.components, [&](const auto* component) { fields(stream, *component); });
}

/// A record with its fields written behind a filled-in envelope.
template <class Record>
void write_sealed(const record_kind& kind, const Record& record, std::vector<std::byte>& into) {
  byte_counter counter;
  fields(counter, record);
  into.resize(envelope_size + counter.bytes());
  byte_writer writer{std::span{into}.subspan(envelope_size)};
  fields(writer, record);
  seal(kind, into);
}

}  // namespace linchpin::detail
