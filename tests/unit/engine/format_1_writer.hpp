// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "store/envelope.hpp"
#include "store/format_1.hpp"

// Writes format 1, which the library only reads.
namespace engine_test {

class format_1_writer {
 public:
  [[nodiscard]] static std::vector<std::byte> encode(const linchpin::manifest_1& what) {
    format_1_writer to;
    to.number(what.serial);
    to.all(what.policies, [&to](const auto& id) { to.text(id); });
    to.all(what.components, [&to](const auto& each) { to.component(each); });
    return to.sealed(linchpin::detail::manifest_kind_1);
  }
  [[nodiscard]] static std::vector<std::byte> encode(const linchpin::journal_1& what) {
    format_1_writer to;
    to.number(what.serial);
    to.all(what.components, [&to](const auto& component) {
      to.text(component.name);
      to.number(component.from.value);
      to.number(component.to.value);
      to.all(component.attached, [&to](const auto& made) { to.attachment(made); });
      to.all(component.dropped, [&to](const auto& ended) { to.attachment(ended); });
    });
    return to.sealed(linchpin::detail::journal_kind_1);
  }

 private:
  format_1_writer() : bytes_(linchpin::detail::envelope_size) {}

  template <class Number>
  void number(Number value) {
    const auto end = bytes_.size();
    bytes_.resize(end + sizeof value);
    std::memcpy(bytes_.data() + end, &value, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    const auto bytes = std::as_bytes(std::span{value});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  template <class Elements, class Write>
  void all(const Elements& elements, Write write) {
    number(static_cast<std::uint32_t>(elements.size()));
    for (const auto& element : elements) write(element);
  }

  void component(const linchpin::component_record_1& what) {
    text(what.name);
    number(what.generation.value);
    number(what.digest);
    number(what.next_slot);
    all(what.programs, [this](const auto& each) { program(each); });
    all(what.maps, [this](const auto& each) { map(each); });
    all(what.attachments, [this](const auto& each) { attachment(each); });
  }
  void program(const linchpin::program_record& what) {
    text(what.name);
    number(what.type);
    number(what.attach_type);
    number(what.id.value);
    for (const auto byte : what.tag) number(byte);
  }
  void map(const linchpin::map_record& what) {
    text(what.spec.name);
    number(what.spec.type);
    number(what.spec.key_size);
    number(what.spec.value_size);
    number(what.spec.max_entries);
    number(what.spec.flags);
    number(what.spec.internal);
    all(what.spec.layout, [this](const auto& field) {
      text(field.path);
      text(field.type);
      number(field.bit_offset);
      number(field.bit_size);
    });
    number(what.id.value);
  }
  void attachment(const linchpin::attachment_record_1& what) {
    text(what.family);
    text(what.target);
    text(what.program);
    number(what.how);
    number(what.identity.kind);
    number(what.identity.id);
    number(what.identity.netns.value);
    number(what.id.link.value);
    number(what.id.tc_priority);
    number(what.id.tc_handle);
    number(what.slot);
    number(what.priority);
  }

  std::vector<std::byte> sealed(const linchpin::detail::record_kind& kind) {
    linchpin::detail::seal(kind, bytes_);
    return std::move(bytes_);
  }

  std::vector<std::byte> bytes_;
};

}  // namespace engine_test
