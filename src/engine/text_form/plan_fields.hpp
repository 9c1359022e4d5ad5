// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/plan_form.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/step_facts.hpp"
#include "engine/text_form/global_fields.hpp"
#include "engine/text_form/shared_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

template <>
inline form::attachment blank() {
  return {{{}, blank_hook()}, {}};
}

template <class Stream, text_of_a<target_identity> Value>
void fields(Stream& stream, Value& identity) {
  stream.value(identity.kind);
  stream.given(identity.id);
  stream.option("netns", identity.netns);
}

template <class Stream, text_of_a<form::object> Value>
void fields(Stream& stream, Value& object) {
  stream.quoted(object.name);
  stream.key("digest");
  stream.hex(object.digest);
}

template <class Stream, text_of_a<layout_field> Value>
void fields(Stream& stream, Value& field) {
  stream.quoted(field.path);
  stream.quoted(field.type);
  stream.key("bit");
  stream.value(field.bit_offset);
  stream.key("bits");
  stream.value(field.bit_size);
}

template <class Stream, text_of_a<carried_variable> Value>
void fields(Stream& stream, Value& variable) {
  stream.since(version_with_globals);
  stream.value(variable.name);
  stream.key("from");
  stream.value(variable.from);
  stream.key("to");
  stream.value(variable.to);
  stream.key("size");
  stream.value(variable.size);
  stream.option("moves_from", variable.moves_from, [&](auto& section) { stream.quoted(section); });
  stream.flag("partly_copied_once", variable.partly_copied_once);
}

template <class Stream, text_of_a<planned_map> Value>
void fields(Stream& stream, Value& map) {
  stream.value(map.spec.name);
  stream.value(map.spec.type);
  stream.option("key_size", map.spec.key_size);
  stream.option("value_size", map.spec.value_size);
  stream.option("max_entries", map.spec.max_entries);
  stream.option("flags", map.spec.flags);
  stream.flag("internal", map.spec.internal);
  stream.flag("size_asked", map.size_asked);
  stream.flag("copied_once", map.copied_once);
  if (map.copied_once) stream.since(version_with_globals);
  stream.optional("carry", map.carry);
  stream.option("running", map.running);
  stream.optional("filled_with", map.filled_with);
  stream.flag("filled_by_function", map.filled_by_function);
  if (map.filled_with || map.filled_by_function) stream.since(version_with_fills);
  stream.option("reason", map.reason, [&](auto& reason) { stream.quoted(reason); });
  stream.nested([&] {
    stream.each("field", map.spec.layout, [&](auto& field) { fields(stream, field); });
    stream.each("variable", map.variables, [&](auto& variable) { fields(stream, variable); });
    stream.each("left_behind", map.left_behind, [&](auto& why) {
      stream.since(version_with_globals);
      stream.quoted(why);
    });
  });
}

template <class Stream, text_of_a<program_tag> Value>
void fields(Stream& stream, Value& tag) {
  std::uint64_t number = 0;
  if constexpr (!Stream::reads) {
    for (const auto byte : tag) number = number << 8U | byte;
  }
  stream.hex(number);
  if constexpr (Stream::reads) {
    for (auto byte = tag.rbegin(); byte != tag.rend(); ++byte, number >>= 8U)
      *byte = static_cast<std::uint8_t>(number & 0xffU);
  }
}

template <class Stream, text_of_a<program_record> Value>
void fields(Stream& stream, Value& program) {
  stream.value(program.name);
  stream.value(program.type);
  stream.option("for", program.attach_type);
  stream.option("id", program.id);
  stream.option("tag", program.tag, [&](auto& tag) { fields(stream, tag); });
}

template <class Stream, text_of_a<planned_place> Value>
void fields(Stream& stream, Value& place) {
  stream.value(place.number);
  stream.key("of");
  stream.value(place.of);
}

template <class Stream, text_of_a<form::attachment> Value>
void fields(Stream& stream, Value& attachment) {
  auto& planned = attachment.planned;
  stream.value(planned.program);
  stream.hook(planned.hook);
  stream.key("at");
  fields(stream, planned.identity);
  stream.key("how");
  stream.value(planned.how);
  stream.option("else_by", planned.else_by, [&](auto& words) { stream.list(words); });
  stream.key("what");
  stream.value(planned.what);
  stream.key("why");
  stream.value(planned.why);
  stream.option("priority", planned.priority);
  stream.option("overlap_us", planned.overlap_us);
  stream.optional("running", planned.running);
  stream.option("intruder", planned.intruder);
  stream.flag("renumbered", planned.renumbered);
  stream.flag("out_of_sight", planned.out_of_sight);
  stream.flag("left_to_others", planned.left_to_others);
  stream.optional("place", planned.place, [&](auto& place) { fields(stream, place); });
  stream.optional("slot", attachment.slot);
}

template <class Stream, text_of_a<planned_end> Value>
void fields(Stream& stream, Value& end) {
  stream.value(end.program);
  stream.quoted(end.hook);
  stream.key("why");
  stream.value(end.why);
  stream.key("running");
  stream.value(end.running);
}

template <class Stream, text_of_a<form::component> Value>
void fields(Stream& stream, Value& component) {
  const auto lines = [&stream](std::string_view keyword, auto& texts) {
    stream.each(keyword, texts, [&](auto& text) { stream.quoted(text); });
  };
  const auto each = [&stream](std::string_view keyword, auto& elements) {
    stream.each(keyword, elements, [&](auto& element) { fields(stream, element); });
  };
  stream.value(component.lifetime);
  stream.option("from", component.from);
  stream.option("to", component.to);
  stream.option("twin", component.twin);
  stream.flag("prepares", component.prepares);
  if (component.prepares) stream.since(version_with_fills);
  stream.nested([&] {
    stream.maybe("object", component.object, [&](auto& object) { fields(stream, object); });
    lines("because", component.reasons);
    each("global", component.globals);
    each("map", component.maps);
    stream.each("left_behind", component.left_behind, [&](auto& why) {
      stream.since(version_with_globals);
      stream.quoted(why);
    });
    each("program", component.programs);
    each("attach", component.attachments);
    each("detach", component.ends);
    stream.each("left_alone", component.left_alone, [&](auto& index) { stream.value(index); });
    lines("why_left_alone", component.why_left_alone);
    lines("held_back", component.held_back);
  });
}

template <class Stream, text_of_a<neighbour_record> Value>
void fields(Stream& stream, Value& neighbour) {
  stream.option("component", neighbour.component);
  stream.option("slot", neighbour.slot);
  stream.option("program", neighbour.entry.program);
  stream.option("link", neighbour.entry.link);
  stream.option("tc_priority", neighbour.entry.tc_priority);
  stream.option("tc_handle", neighbour.entry.tc_handle,
                [&](auto& number) { stream.given(number); });
  stream.option("name", neighbour.entry.name, [&](auto& name) { stream.quoted(name); });
  stream.flag("name_known", neighbour.entry.name_known);
}

template <class Stream, text_of_a<step_place> Value>
void fields(Stream& stream, Value& place) {
  stream.option("revision", place.expected);
  stream.option("tc_priority", place.tc_priority);
  stream.nested([&] {
    stream.unless_empty("left", place.left, [&](auto& neighbour) { fields(stream, neighbour); });
    stream.unless_empty("right", place.right, [&](auto& neighbour) { fields(stream, neighbour); });
  });
}

template <class Stream, text_of_a<planned_chain_entry> Value>
void fields(Stream& stream, Value& entry) {
  stream.option("component", entry.component);
  stream.option("program", entry.program);
  stream.option("id", entry.id);
}

template <class Stream, text_of_a<planned_chain> Value>
void fields(Stream& stream, Value& chain) {
  stream.value(chain.family);
  stream.key("at");
  fields(stream, chain.identity);
  stream.key("how");
  stream.value(chain.how);
  stream.nested([&] {
    stream.each("entry", chain.entries, [&](auto& entry) { fields(stream, entry); });
    stream.each("at_commit", chain.at_commit, [&](auto& entry) { fields(stream, entry); });
  });
}

// The word for a step's number: what the number means depends on the kind of step.
template <class Stream, text_of_a<form::step> Value>
void fields(Stream& stream, Value& step) {
  stream.value(step.kind);
  const bool fills = step.kind == step_kind::fill_map || step.kind == step_kind::prepare_generation;
  if (fills) stream.since(version_with_fills);
  stream.option("of", step.component);
  stream.optional("before", step.before);
  stream.optional("after", step.after);
  stream.optional("place", step.place);
  switch (facts_of(step.kind).number) {
    case number_meaning::program:
      return stream.option("program", step.number, [&](auto& id) { stream.given(id); });
    case number_meaning::chain:
      stream.key("chain");
      return stream.value(step.number);
    case number_meaning::microseconds:
      return stream.option("microseconds", step.number);
    case number_meaning::generation:
      return stream.option("generation", step.number);
  }
}

/// Told while a plan is read: whether what it points to is there.
class plan_checks {
 public:
  explicit plan_checks(const plan_form& read) : read_(read) {}

  void new_component(text_reader& reader, const std::string& name);
  void new_step(text_reader& reader, const form::step& step) const;

 private:
  const plan_form& read_;
  std::unordered_map<std::string, std::size_t> components_;  ///< their index; past all: removed
};

template <class Stream, text_of_a<plan_form> Value>
void fields(Stream& stream, Value& plan, plan_checks& checks) {
  const auto named = [&](auto& name) {
    stream.value(name);
    if constexpr (Stream::reads) checks.new_component(stream, name);
  };
  policy_fields(stream, plan.policies);
  stream.unless_empty("decided_on", plan.decided_on, [&](auto& sum) { stream.hex(sum); });
  stream.each("component", plan.components, [&](auto& component) {
    named(component.name);
    fields(stream, component);
  });
  stream.each("removed", plan.removed, named);
  stream.each("note", plan.notes, [&](auto& note) { stream.quoted(note); });
  stream.each("place", plan.places, [&](auto& place) { fields(stream, place); });
  stream.each("chain", plan.chains, [&](auto& chain) { fields(stream, chain); });
  stream.each("step", plan.steps, [&](auto& step) {
    fields(stream, step);
    if constexpr (Stream::reads) checks.new_step(stream, step);
  });
}

}  // namespace linchpin::detail
