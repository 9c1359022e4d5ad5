// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cut_short.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/plan_variables.hpp"
#include "engine/step_facts.hpp"

namespace linchpin::inline LINCHPIN_ABI {

void cut_short::read(const journal& from) {
  in_.index = {from.serial, from.policies, {}};
  in_.changes.reserve(from.changes.size());
  for (const auto& change : from.changes) read_change(change);
  number_changes();
  for (const auto& component : in_.state.store.found()) {
    const auto found = in_.change_at.find(component.name);
    if (found == in_.change_at.end()) in_.index.components.push_back(component.name);
  }
  for (const auto& change : in_.changes) {
    if (change.stays) in_.index.components.push_back(change.name);
  }
  std::sort(in_.index.components.begin(), in_.index.components.end());
  for (const auto& step : from.steps) read_step(step);
}

void cut_short::number_changes() {
  for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
    in_.change_at.emplace(in_.changes[i].name, i);
  }
}

void cut_short::go_back(undoing how) {
  revert_steps(in_, before_commit(), how, nullptr);
  record_restored(in_);
}

void cut_short::go_forward() {
  finish_steps(in_, std::span{in_.steps}.subspan(before_commit().size()), nullptr);
}

void cut_short::add_ran(std::set<std::string>& to) const {
  for (const auto& change : in_.changes) {
    if (change.may_have_run) to.insert(change.name);
  }
}

std::string cut_short::lost_entries(const std::set<std::string>& ran) const {
  std::string text;
  for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
    if (in_.has_failed(i)) continue;
    const auto& change = in_.changes[i];
    if (!ran.contains(change.name)) continue;
    const auto* before = change.before == nullptr ? nullptr : change.before->running();
    const auto* next = change.after.running();
    if (before == nullptr || next == nullptr || before->number == next->number) continue;
    for (const auto& map : next->maps) {
      const auto* old = before->find_map(map.spec.name);
      const bool kept = !map.spec.internal || holds_variables(map.spec);
      if (old == nullptr || !kept || old->id == map.id) continue;
      text += fmt::format("; what generation {} wrote into its own map {} is gone with it",
                          next->number.value, map.spec.name);
    }
  }
  return text;
}

std::string cut_short::left_alone() const {
  std::string text;
  for (const auto& line : in_.not_restored) text += "; " + line;
  for (const auto& line : in_.left_alone) text += "; left alone: " + line;
  return text;
}

std::span<const step> cut_short::before_commit() const {
  const auto after = std::find_if(in_.steps.begin(), in_.steps.end(),
                                  [](const step& step) { return after_commit(step.kind); });
  return {in_.steps.data(), static_cast<std::size_t>(after - in_.steps.begin())};
}

const component_record* cut_short::found(std::string_view name) const {
  const auto* known = in_.state.store.find(name);
  return known == nullptr || !known->record ? nullptr : &*known->record;
}

namespace {

bool same_programs(const generation_record& left, const generation_record& right) {
  return std::equal(left.programs.begin(), left.programs.end(), right.programs.begin(),
                    right.programs.end(),
                    [](const program_record& program, const program_record& other) {
                      return program.id == other.id && program.name == other.name;
                    });
}

// Whether a journal belongs to a record: it knows all generations of the record, by the ids of
// their programs. A journal of another store tells of other programs under the same generation
// numbers.
bool follows_from(const journal_change& from, const component_record& record) {
  const auto among = [](const std::vector<generation_record>& all,
                        const generation_record& wanted) {
    return std::any_of(all.begin(), all.end(), [&wanted](const generation_record& other) {
      return other.number == wanted.number && same_programs(other, wanted);
    });
  };
  return from.was_there && std::all_of(record.generations.begin(), record.generations.end(),
                                       [&](const generation_record& recorded) {
                                         return among(from.others, recorded) ||
                                                among(from.after.generations, recorded);
                                       });
}

}  // namespace

std::string_view why_not_followed(std::uint64_t serial, const journal_change& told,
                                  const component_record& record) {
  if (record.serial > serial) return "its record is newer than the journal";
  if (record.serial == serial || follows_from(told, record)) return {};
  return "the journal tells of other programs than are on record";
}

void cut_short::read_change(const journal_change& from) {
  const auto number = static_cast<std::uint32_t>(in_.changes.size());
  auto& change = in_.changes.emplace_back();
  change.name = from.name;
  change.stays = from.stays;
  change.after = from.after;
  auto& known = change.after.generations;
  known.insert(known.end(), from.others.begin(), from.others.end());
  change.is_new = !from.was_there;
  const auto fails = [&](const error& why) {
    in_.failed.push_back({number, error{why}.about(fmt::format("component {}", from.name))});
  };
  const auto* found = in_.state.store.find(from.name);
  if (found != nullptr && found->unread) return fails(*found->unread);
  if (found != nullptr && found->record &&
      !why_not_followed(in_.index.serial, from, *found->record).empty()) {
    not_followed_.insert(change.name);
    return;
  }
  if (found != nullptr && from.was_there && found->record) {
    // The record is written last: when it is, everything else was done for the component.
    if (found->record->serial >= in_.index.serial) {
      recorded_.insert(change.name);
    } else {
      change.before = &records_.emplace_back(*found->record);
    }
  }
  if (const auto lost = check_removal(from); !lost) return fails(lost.error());
  if (const auto opened = open_generations(change); !opened) fails(opened.error());
}

// Refuses to finish a removal without the record that says what to detach: where the record is lost
// and pins are left, nothing of the component was detached yet.
result<void> cut_short::check_removal(const journal_change& from) const {
  if (from.stays || !from.was_there || found(from.name) != nullptr) return {};
  LINCHPIN_TRY(const auto names, in_.state.store.taken(from.name));
  const auto pin = std::find_if(names.begin(), names.end(), [](std::string_view name) {
    return name.starts_with("link-") || name.starts_with("gen-");
  });
  if (pin == names.end()) return {};
  return error{errc::bad_format, "finish removal"}
      .expected("the record of the component, which says what is to be detached")
      .found(fmt::format("the pin {}, and no record", *pin))
      .advice("release() gives it up and leaves it running");
}

// Opens what is pinned of every generation that the change knows.
result<void> cut_short::open_generations(component_change& change) {
  const auto open = [&](const component_record& record) -> result<void> {
    for (const auto& made_in : record.generations) {
      if (change.find(made_in.number) != nullptr) continue;
      damage unopened;
      LINCHPIN_TRY(auto opened,
                   open_generation(in_.state.store, change.name, made_in, unopened, false));
      change.staged.push_back(std::move(opened));
    }
    return {};
  };
  LINCHPIN_CHECK(open(change.after));
  if (change.before != nullptr) LINCHPIN_CHECK(open(*change.before));
  return {};
}

void cut_short::read_step(const step_record& from) {
  step made{static_cast<step_kind>(from.kind),
            from.change,
            from.first,
            from.second,
            no_index,
            from.number};
  if (in_.has_failed(made.change)) return;
  // Where the journal is not followed for a component, none of its steps is done, nor any of the
  // store as a whole.
  if (made.change < in_.changes.size() ? not_followed_.contains(in_.changes[made.change].name)
                                       : !not_followed_.empty()) {
    return;
  }
  if (made.change < in_.changes.size() && made.before != no_index &&
      recorded_.contains(in_.changes[made.change].name)) {
    return;
  }
  if (!sound(made)) {
    in_.leave_alone(fmt::format(
        "a step of the journal that speaks of what is not on record: kind {}", from.kind));
    return;
  }
  if (from.left || from.right || made.kind == step_kind::attach_program) {
    made.place = static_cast<std::uint32_t>(in_.places.size());
    in_.places.push_back(
        {from.left.value_or(neighbour_record{}), from.right.value_or(neighbour_record{}), {}});
  }
  in_.steps.push_back(made);
}

// Whether everything that a step refers to exists.
bool cut_short::sound(const step& step) const {
  if (!detail::facts_of(step.kind).in_journal) return false;
  if (step.kind == step_kind::write_index) return true;
  if (step.change >= in_.changes.size()) return false;
  const auto& change = in_.changes[step.change];
  if (is_about_a_map(step.kind)) {
    const auto* made = change.record_of({step.number});
    return made != nullptr && step.before < made->maps.size();
  }
  // Steps that refer to the record before the change cannot be done without it.
  if (step.before != no_index &&
      (change.before == nullptr || step.before >= change.before->attachments.size())) {
    return false;
  }
  return step.after == no_index || step.after < change.after.attachments.size();
}

}  // namespace linchpin
