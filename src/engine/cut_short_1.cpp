// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/cut_short.hpp"

// What the journal of the first version tells.
namespace linchpin::inline LINCHPIN_ABI {

result<void> cut_short::read(const journal_1& from, bool committed) {
  in_.index = {from.serial, in_.state.store.policies(), {}};
  in_.changes.reserve(from.components.size());
  for (const auto& component : from.components) {
    LINCHPIN_CHECK(committed ? read_ending(component) : read_beginning(component));
  }
  number_changes();
  for (const auto& component : in_.state.store.found()) {
    const auto found = in_.change_at.find(component.name);
    const bool leaves = found != in_.change_at.end() && !in_.changes[found->second].stays;
    if (!leaves) in_.index.components.push_back(component.name);
  }
  if (committed) add(step_kind::write_index, no_index);
  return {};
}

void cut_short::add(step_kind kind, std::uint32_t change, std::uint32_t before, std::uint32_t after,
                    std::uint64_t number) {
  in_.steps.push_back({kind, change, before, after, no_index, number});
}

// The neighbours of an attachment, which the first version did not write down: our programs at the
// same hook, in the order of their priorities and names.
step_place cut_short::place_by_rank(std::string_view component, const attachment_record& record,
                                    const journal_component_1& from) const {
  const auto rank = [](std::string_view name, const attachment_record& attachment) {
    return std::tuple{attachment.priority, std::string{name}, attachment.program};
  };
  const auto mine = rank(component, record);
  step_place made;
  std::optional<decltype(rank(component, record))> before;
  std::optional<decltype(rank(component, record))> after;
  for (const auto& found : in_.state.store.found()) {
    if (!found.record) continue;
    for (const auto& other : found.record->attachments) {
      const bool dropped =
          found.name == component &&
          std::any_of(from.dropped.begin(), from.dropped.end(),
                      [&](const attachment_record_1& gone) { return gone.slot == other.slot; });
      if (dropped || other.family != record.family || !(other.identity == record.identity)) {
        continue;
      }
      const auto theirs = rank(found.name, other);
      if (theirs < mine && (!before || *before < theirs)) {
        before = theirs;
        made.left = {found.name, other.slot, {}};
      }
      if (mine < theirs && (!after || theirs < *after)) {
        after = theirs;
        made.right = {found.name, other.slot, {}};
      }
    }
  }
  return made;
}

// Reads a transaction that the first version committed: what it dropped is still to be ended.
result<void> cut_short::read_ending(const journal_component_1& from) {
  const auto number = static_cast<std::uint32_t>(in_.changes.size());
  auto& change = in_.changes.emplace_back();
  change.name = from.name;
  change.stays = static_cast<bool>(from.to);
  const auto* now = found(from.name);
  if (now != nullptr) change.after = *now;
  auto& before = records_.emplace_back();
  change.before = &before;
  before.name = from.name;
  before.current = from.from;
  LINCHPIN_TRY(auto old, generation_from_pins(in_.state.store, from.name, from.from, false));
  before.generations.push_back(std::move(old));
  for (const auto& name : from.dropped) {
    LINCHPIN_TRY(auto record, carried_on(name, from.from));
    before.attachments.push_back(std::move(record));
  }
  LINCHPIN_CHECK(open_generations(change));
  for (std::uint32_t i = 0; i < before.attachments.size(); ++i) {
    add(step_kind::end_attachment, number, i);
  }
  if (from.from && from.from != from.to) {
    add(step_kind::remove_generation, number, no_index, no_index, from.from.value);
  }
  if (!change.stays) {
    add(step_kind::remove_component, number);
  } else if (now != nullptr) {
    add(step_kind::write_record, number);
  }
  return {};
}

// Reads a transaction that the first version did not commit: the steps that it may have begun are
// to be undone.
result<void> cut_short::read_beginning(const journal_component_1& from) {
  const auto number = static_cast<std::uint32_t>(in_.changes.size());
  auto& change = in_.changes.emplace_back();
  change.name = from.name;
  change.after.name = from.name;
  change.after.current = from.to;
  change.is_new = !from.from;
  if (const auto* now = found(from.name)) {
    change.before = &records_.emplace_back(*now);
    change.after.attachments = now->attachments;
    for (auto& attachment : change.after.attachments) attachment.generation = from.to;
  }
  if (from.to && from.to != from.from) {
    LINCHPIN_TRY(auto fresh, generation_from_pins(in_.state.store, from.name, from.to, false));
    change.after.generations.push_back(std::move(fresh));
    add(step_kind::pin_generation, number, no_index, no_index, from.to.value);
  }
  const auto kept = static_cast<std::uint32_t>(change.after.attachments.size());
  for (const auto& attachment : from.attached) {
    LINCHPIN_TRY(auto record, carried_on(attachment, from.to));
    record.id = {};
    change.after.attachments.push_back(std::move(record));
  }
  LINCHPIN_CHECK(open_generations(change));
  for (std::uint32_t i = 0; i < kept; ++i) {
    const bool dropped = std::any_of(from.dropped.begin(), from.dropped.end(),
                                     [&](const attachment_record_1& attachment) {
                                       return attachment.slot == change.before->attachments[i].slot;
                                     });
    if (dropped) {
      change.after.attachments[i].id = {};
      add(step_kind::take_out, number, i);
      in_.places.push_back(place_by_rank(change.name, change.before->attachments[i], from));
      in_.steps.back().place = static_cast<std::uint32_t>(in_.places.size() - 1);
    } else if (from.to && from.to != from.from) {
      add(step_kind::swap_program, number, i, i);
    }
  }
  for (auto i = kept; i < change.after.attachments.size(); ++i) {
    in_.places.emplace_back();
    add(step_kind::attach_program, number, no_index, i);
    in_.steps.back().place = static_cast<std::uint32_t>(in_.places.size() - 1);
  }
  return {};
}

}  // namespace linchpin
