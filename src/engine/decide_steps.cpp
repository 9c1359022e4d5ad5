// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/decide.hpp"
#include "engine/hook_order.hpp"
#include "engine/plan_programs.hpp"

namespace linchpin::inline LINCHPIN_ABI {

// Names in one component's directory that are taken, whoever took them.
class taken_names {
 public:
  using directories = std::unordered_map<std::string_view, const observed_directory*>;

  taken_names(const directories& all, std::string_view component) {
    const auto found = all.find(component);
    if (found == all.end()) return;
    for (std::string_view name : found->second->names) {
      if (name.ends_with('/')) name.remove_suffix(1);
      names_.insert(name);
    }
  }

  [[nodiscard]] generation free_generation(generation from) const {
    while (names_.contains(std::string_view{fmt::format("gen-{}", from.value)})) ++from.value;
    return from;
  }
  [[nodiscard]] std::uint32_t free_slot(std::uint32_t from) const {
    if (names_.empty()) return from;
    while (names_.contains(std::string_view{fmt::format("link-{}", from)})) ++from;
    return from;
  }

 private:
  std::unordered_set<std::string_view> names_;
};

namespace {

bool makes_link(const planned_attachment& hook) noexcept {
  return hook.what == change::attach || hook.what == change::attach_then_detach ||
         hook.what == change::detach_then_attach;
}

bool refers_to(const component_record& record, generation number) {
  return record.current == number ||
         std::any_of(record.attachments.begin(), record.attachments.end(),
                     [number](const attachment_record& attachment) {
                       return attachment.generation == number;
                     });
}

// The newest generation that an attachment still runs: the current one where nobody asks for the
// component.
generation newest_running(const component_record& record) {
  generation newest{};
  for (const auto& attachment : record.attachments) {
    newest = std::max(newest, attachment.generation);
  }
  return newest;
}

}  // namespace

bool needs_twin(const planned_component& whole, const planned_attachment& hook,
                const kernel_facts& facts) {
  const bool moves = hook.why == cause::moved || hook.why == cause::makes_room;
  return !whole.builds() && hook.what == change::attach_then_detach && moves &&
         hook.intruder == program_id{} && hook.hook.abilities(hook.how, facts).one_instance;
}

bool wants_twin(const planned_component& whole, const kernel_facts& facts) {
  return whole.held_back.empty() && std::any_of(whole.attachments.begin(), whole.attachments.end(),
                                                [&](const planned_attachment& hook) {
                                                  return needs_twin(whole, hook, facts);
                                                });
}

std::vector<std::string_view> decider::directories_wanted() const {
  std::vector<std::string_view> wanted;
  for (const auto& whole : made_.components_) {
    if (!whole.held_back.empty() || whole.lifetime != lifetime_kind::durable) continue;
    const bool makes = whole.builds() ||
                       std::any_of(whole.attachments.begin(), whole.attachments.end(),
                                   [](const planned_attachment& hook) { return makes_link(hook); });
    const auto* before = running(whole.name);
    const bool pins_again =
        before != nullptr &&
        std::any_of(before->attachments.begin(), before->attachments.end(),
                    [](const observed_attachment& attachment) { return attachment.place_taken; });
    if (makes || pins_again) wanted.push_back(whole.name);
  }
  return wanted;
}

std::vector<std::string_view> decider::twins_wanted() const {
  std::vector<std::string_view> wanted;
  for (const auto& whole : made_.components_) {
    if (wants_twin(whole, seen_.facts)) wanted.push_back(whole.name);
  }
  return wanted;
}

result<void> decider::number_generations() {
  for (const auto& directory : seen_.directories)
    directory_at_.emplace(directory.component, &directory);
  for (auto& whole : made_.components_) {
    if (!whole.held_back.empty()) continue;
    const taken_names taken{directory_at_, whole.name};
    if (whole.builds()) whole.to = taken.free_generation(whole.to);
    if (!wants_twin(whole, seen_.facts)) continue;
    const auto& closed = running(whole.name)->closed_slots;
    if (!closed.empty()) {
      return error{errc::permission_denied, "plan", fmt::format("component {}", whole.name)}
          .expected(
              "to open every program in its tail-call arrays: while a program moves, it runs with "
              "a "
              "second copy of them")
          .found(fmt::format("{}: opening it by its id takes CAP_SYS_ADMIN", closed.front()))
          .advice(
              "choose update::recreate for this component: it moves with a gap, and without a "
              "copy");
    }
    whole.twin = taken.free_generation({whole.to.value + 1});
  }
  return {};
}

void decider::plan_records() {
  for (auto& whole : made_.components_) {
    if (!whole.held_back.empty()) continue;
    if (whole.builds()) whole.programs = plan_programs(whole);
    if (whole.twin) whole.programs = programs_once_more(*running(whole.name)->record->running());
  }
  for (auto& whole : made_.components_) {
    if (whole.changes()) plan_record(whole);
  }
  // Neighbours that had no slot when the order was decided have one now.
  for (auto& place : made_.places_) {
    for (auto* side : {&place.left, &place.right}) {
      if (side->component.empty() || !is_unnumbered(side->slot)) continue;
      const auto& whole = made_.components_[planned_at_.at(side->component)];
      side->slot = whole.after.attachments[attachment_of_unnumbered(side->slot)].slot;
    }
  }
}

// An attachment as it will be on record. A new link takes the next free slot.
attachment_record decider::record_of(const planned_component& whole, const planned_attachment& hook,
                                     const taken_names& taken, std::uint32_t& next_slot) const {
  const auto* before = running(whole.name);
  const auto take_slot = [&] {
    next_slot = taken.free_slot(next_slot) + 1;
    return next_slot - 1;
  };
  attachment_record record;
  if (before == nullptr || makes_link(hook)) {
    record.family = hook.hook.family().name;
    record.how = hook.how;
    record.type = hook.hook.family().attach;
    record.identity = hook.identity;
    record.slot = take_slot();
  } else {
    record = before->record->attachments[*hook.running];
    if (hook.what == change::wait) record.id = {};
    const auto& seen = before->attachments[*hook.running];
    if (!seen.pinned && seen.place_taken) record.slot = take_slot();
  }
  record.target = hook.hook.on().name;
  record.netns = hook.hook.on().netns;
  // An attachment that is left to others runs the program of its own generation, whose name may
  // differ.
  if (!hook.untouched()) record.program = hook.program;
  record.priority = hook.priority;
  if (hook.what != change::keep) record.generation = whole.to;
  return record;
}

void decider::plan_record(planned_component& whole) {
  const auto* before = running(whole.name);
  const taken_names taken{directory_at_, whole.name};
  auto& after = whole.after;
  after.name = whole.name;
  after.current = whole.to;
  if (before != nullptr) after.next_slot = before->record->next_slot;
  after.attachments.reserve(whole.attachments.size() + whole.left_alone.size());
  for (const auto& hook : whole.attachments) {
    after.attachments.push_back(record_of(whole, hook, taken, after.next_slot));
  }
  for (const auto index : whole.left_alone) {
    if (before != nullptr) after.attachments.push_back(before->record->attachments[index]);
  }
  if (!whole.asked_for()) after.current = newest_running(after);
  if (whole.builds()) {
    auto& made = after.generations.emplace_back();
    made.number = whole.to;
    made.digest = whole.image->digest();
    made.globals = whole.globals;
  }
  if (before == nullptr) return;
  for (const auto& version : before->record->generations) {
    if (refers_to(after, version.number)) after.generations.push_back(version);
  }
}

void decider::add(step_kind kind, std::uint32_t change, std::uint32_t before, std::uint32_t after,
                  std::uint64_t number) {
  made_.steps_.push_back({kind, change, before, after, no_index, number});
}

result<plan> decider::finish(std::uint64_t serial) {
  LINCHPIN_CHECK(number_generations());
  plan_records();
  assemble();
  // A load would otherwise wait for it, while traffic meets what is to be replaced.
  for (const auto& whole : made_.components_) {
    if (!whole.builds() && !whole.twin) continue;
    if (auto opened = whole.image->open_ahead(); !opened) {
      return std::move(opened).error().about(fmt::format("component {}", whole.name));
    }
  }
  made_.seen_ = std::move(seen_);
  made_.serial_ = serial;
  return std::move(made_);
}

void decider::assemble() {
  change_of_.assign(made_.components_.size(), no_index);
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    if (!made_.components_[i].changes()) continue;
    change_of_[i] = static_cast<std::uint32_t>(made_.changes_.size());
    made_.changes_.push_back({false, i});
  }
  for (std::uint32_t i = 0; i < made_.removed_.size(); ++i) made_.changes_.push_back({true, i});
  assemble_builds();
  assemble_pins();
  assemble_variables();
  assemble_hooks();
  assemble_endings();
  assemble_retirement();
}

void decider::assemble_builds() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index) continue;
    if (whole.builds()) {
      add(step_kind::load_generation, change_of_[i], no_index, no_index, whole.to.value);
    }
    for (std::uint32_t map = 0; map < whole.maps.size(); ++map) {
      if (whole.maps[map].carry != carry_method::copy || whole.maps[map].spec.internal) continue;
      add(step_kind::copy_map, change_of_[i], map, no_index, whole.to.value);
    }
    if (whole.twin) {
      add(step_kind::load_generation, change_of_[i], no_index, no_index, whole.twin.value);
    }
  }
  assemble_fills();
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index || whole.lifetime != lifetime_kind::durable) continue;
    if (whole.builds()) {
      add(step_kind::pin_generation, change_of_[i], no_index, no_index, whole.to.value);
    }
    if (whole.twin) {
      add(step_kind::pin_generation, change_of_[i], no_index, no_index, whole.twin.value);
    }
  }
}

// Links whose pins somebody removed are pinned again before anything is done to them.
void decider::assemble_pins() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index || whole.lifetime != lifetime_kind::durable) continue;
    const auto* before = running(whole.name);
    for (std::uint32_t j = 0; j < whole.attachments.size(); ++j) {
      const auto& hook = whole.attachments[j];
      const bool stays = hook.what == change::keep || hook.what == change::update;
      if (!stays || !hook.running) continue;
      const auto& seen = before->attachments[*hook.running];
      if (seen.pinned || !runs(seen.state) || seen.state == attachment_state::unreachable) continue;
      add(step_kind::pin_link, change_of_[i], static_cast<std::uint32_t>(*hook.running), j);
    }
  }
}

void decider::assemble_hooks() {
  // Hook by hook, and the hooks in the sequence in which their first programs ask for a place.
  std::vector<std::pair<attach_sequence, const hook_place*>> places;
  for (const auto& place : places_) {
    if (place.steps.empty()) continue;
    const auto sequence = [this](const claim& whom) {
      return sequence_of(policies_.observes_order(), made_.components_[whom.component], at(whom));
    };
    auto first = sequence(place.claims.front());
    for (const auto& whom : place.claims) first = std::min(first, sequence(whom));
    places.emplace_back(first, &place);
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  for (const auto& [when, place] : places) {
    for (auto step : place->steps) {
      if (step.change != no_index) {
        const auto& whole = made_.components_[step.change];
        if (step.kind == step_kind::attach_program &&
            needs_twin(whole, whole.attachments[step.after], seen_.facts)) {
          step.number = whole.twin.value;
        }
        step.change = change_of_[step.change];
      }
      made_.steps_.push_back(step);
    }
  }
  std::uint32_t overlap_us = 0;
  for (const auto& whole : made_.components_) {
    if (!whole.held_back.empty()) continue;
    for (const auto& hook : whole.attachments) overlap_us = std::max(overlap_us, hook.overlap_us);
  }
  if (overlap_us != 0) add(step_kind::let_both_run, no_index, no_index, no_index, overlap_us);
  const bool copies = std::any_of(made_.steps_.begin(), made_.steps_.end(), [](const step& step) {
    return step.kind == step_kind::copy_map;
  });
  if (copies) add(step_kind::settle_maps, no_index);
}

void decider::assemble_endings() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto change = change_of_[i];
    if (change == no_index) continue;
    const auto& whole = made_.components_[i];
    for (std::uint32_t j = 0; j < whole.attachments.size(); ++j) {
      const auto& hook = whole.attachments[j];
      if (hook.what != change::attach_then_detach) continue;
      add(step_kind::end_attachment, change, static_cast<std::uint32_t>(*hook.running));
      if (needs_twin(whole, hook, seen_.facts)) {
        add(step_kind::swap_back, change, no_index, j, whole.twin.value);
      }
    }
    for (const auto& end : whole.ends) {
      add(step_kind::end_attachment, change, static_cast<std::uint32_t>(end.running));
    }
  }
  const auto first_removed = made_.changes_.size() - made_.removed_.size();
  for (std::size_t i = 0; i < made_.removed_.size(); ++i) {
    const auto& record = *running(made_.removed_[i])->record;
    for (std::uint32_t j = 0; j < record.attachments.size(); ++j) {
      add(step_kind::end_attachment, static_cast<std::uint32_t>(first_removed + i), j);
    }
  }
}

void decider::assemble_retirement() {
  bool durable = false;
  bool others = made_.policies_ != seen_.policies || seen_.of_first_version;
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index || whole.lifetime != lifetime_kind::durable) continue;
    durable = true;
    if (const auto* before = running(whole.name); before != nullptr) {
      for (const auto& version : before->record->generations) {
        if (refers_to(whole.after, version.number)) continue;
        add(step_kind::remove_generation, change_of_[i], no_index, no_index, version.number.value);
      }
    } else {
      others = true;
    }
    if (whole.twin) {
      add(step_kind::remove_generation, change_of_[i], no_index, no_index, whole.twin.value);
    }
    add(step_kind::write_record, change_of_[i]);
  }
  const auto first_removed = made_.changes_.size() - made_.removed_.size();
  for (std::size_t i = 0; i < made_.removed_.size(); ++i) {
    const auto& component = *running(made_.removed_[i]);
    if (component.lifetime != lifetime_kind::durable) continue;
    durable = others = true;
    const auto change = static_cast<std::uint32_t>(first_removed + i);
    for (const auto& version : component.record->generations) {
      add(step_kind::remove_generation, change, no_index, no_index, version.number.value);
    }
    add(step_kind::remove_component, change);
  }
  if (durable && others) add(step_kind::write_index, no_index);
}

}  // namespace linchpin
