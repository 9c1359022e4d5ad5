// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/format_1.hpp"

#include <linchpin/hook/families.hpp>

#include "store/record_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

template <class Stream, record_of<attachment_record_1> Record>
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

template <class Stream, record_of<component_record_1> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.generation.value);
  stream.number(record.digest);
  stream.number(record.next_slot);
  each(stream, record.programs, [&](auto& program) { fields(stream, program); });
  each(stream, record.maps, [&](auto& map) { fields(stream, map); });
  each(stream, record.attachments, [&](auto& attachment) { fields(stream, attachment); });
}

template <class Stream, record_of<manifest_1> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  each(stream, record.policies, [&](auto& id) { stream.text(id); });
  each(stream, record.components, [&](auto& component) { fields(stream, component); });
}

template <class Stream, record_of<journal_component_1> Record>
void fields(Stream& stream, Record& record) {
  stream.text(record.name);
  stream.number(record.from.value);
  stream.number(record.to.value);
  each(stream, record.attached, [&](auto& attachment) { fields(stream, attachment); });
  each(stream, record.dropped, [&](auto& attachment) { fields(stream, attachment); });
}

template <class Stream, record_of<journal_1> Record>
void fields(Stream& stream, Record& record) {
  stream.number(record.serial);
  each(stream, record.components, [&](auto& component) { fields(stream, component); });
}

}  // namespace detail

result<manifest_1> decode_manifest_1(std::span<const std::byte> record) {
  return detail::read_sealed<manifest_1>(detail::manifest_kind_1, record);
}

result<journal_1> decode_journal_1(std::span<const std::byte> record) {
  return detail::read_sealed<journal_1>(detail::journal_kind_1, record);
}

result<attachment_record> carried_on(const attachment_record_1& attachment, generation running) {
  const auto* const family = find_hook_family(attachment.family);
  if (family == nullptr) {
    return error{errc::bad_format, "read manifest"}
        .expected("a hook family that this linchpin knows")
        .found(attachment.family);
  }
  attachment_record same;
  same.family = attachment.family;
  same.target = attachment.target;
  same.program = attachment.program;
  same.generation = running;
  same.how = attachment.how;
  same.type = family->attach;
  same.identity = attachment.identity;
  same.id = attachment.id;
  same.slot = attachment.slot;
  same.priority = attachment.priority;
  return same;
}

result<component_record> carried_on(const component_record_1& component, std::uint64_t serial) {
  component_record same;
  same.name = component.name;
  same.current = component.generation;
  same.next_slot = component.next_slot;
  same.serial = serial;
  same.generations = {{component.generation, component.digest, component.programs, component.maps}};
  same.attachments.reserve(component.attachments.size());
  for (const auto& attachment : component.attachments) {
    LINCHPIN_TRY(auto carried, carried_on(attachment, component.generation));
    same.attachments.push_back(std::move(carried));
  }
  return same;
}

}  // namespace linchpin
