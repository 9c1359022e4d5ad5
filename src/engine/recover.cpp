// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/recover.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/try.hpp"
#include "engine/adopt.hpp"
#include "engine/execution.hpp"

namespace linchpin {

namespace {

// The transaction of a process that died, as far as the journal and the pins tell.
class cut_short {
 public:
  explicit cut_short(running_state& state) : in_(state) {}

  result<void> read(const journal& from) {
    in_.index = {from.serial, from.policies, {}};
    in_.changes.reserve(from.changes.size());
    for (const auto& one : from.changes) LINCHPIN_CHECK(read_change(one));
    for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
      in_.change_at.emplace(in_.changes[i].name, i);
    }
    for (const auto& one : in_.state.store.found()) {
      const auto found = in_.change_at.find(one.name);
      if (found == in_.change_at.end()) in_.index.components.push_back(one.name);
    }
    for (const auto& one : in_.changes) {
      if (one.stays) in_.index.components.push_back(one.name);
    }
    std::sort(in_.index.components.begin(), in_.index.components.end());
    for (const auto& one : from.steps) read_step(one);
    return {};
  }

  // The same of a process of the first version, whose journal lists attachments and no steps.
  result<void> read(const journal_1& from, bool committed) {
    in_.index = {from.serial, in_.state.store.policies(), {}};
    in_.changes.reserve(from.components.size());
    for (const auto& one : from.components) {
      LINCHPIN_CHECK(committed ? read_ending(one) : read_beginning(one));
    }
    for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
      in_.change_at.emplace(in_.changes[i].name, i);
    }
    for (const auto& one : in_.state.store.found()) {
      const auto found = in_.change_at.find(one.name);
      const bool leaves = found != in_.change_at.end() && !in_.changes[found->second].stays;
      if (!leaves) in_.index.components.push_back(one.name);
    }
    if (committed) add(step_kind::write_index, no_index);
    return {};
  }

  // Undoes what was done, newest first.
  result<void> go_back() {
    const auto stuck = revert_steps(in_, before_commit(), nullptr);
    if (!stuck.empty()) {
      return error{errc::stranded, "recover", in_.state.store.root()}
          .found(fmt::format("{}", fmt::join(stuck, "\n")))
          .advice("the next call, or opening the store again, tries once more");
    }
    for (const auto& one : in_.changes) {
      if (one.before_changed) LINCHPIN_CHECK(in_.state.store.write_record(*one.before));
    }
    return {};
  }

  result<void> go_forward() {
    return finish_steps(in_, std::span{in_.steps}.subspan(before_commit().size()), nullptr);
  }

  // Maps that were copied: what the new generation wrote into its own since the switch went with it.
  [[nodiscard]] std::string lost_entries() const {
    std::string text;
    for (const auto& change : in_.changes) {
      const auto* before = change.before == nullptr ? nullptr : change.before->running();
      const auto* next = change.after.running();
      if (before == nullptr || next == nullptr || before->number == next->number) continue;
      for (const auto& map : next->maps) {
        const auto* old = before->find_map(map.spec.name);
        if (old == nullptr || map.spec.internal || old->id == map.id) continue;
        text += fmt::format("; what generation {} wrote into its own map {} is gone with it",
                            next->number.value, map.spec.name);
      }
    }
    return text;
  }

  [[nodiscard]] std::string left_alone() const {
    std::string text;
    for (const auto& one : in_.not_restored) text += "; " + one;
    for (const auto& one : in_.left_alone) text += "; left alone: " + one;
    return text;
  }

 private:
  [[nodiscard]] std::span<const step> before_commit() const {
    const auto after = std::find_if(in_.steps.begin(), in_.steps.end(),
                                    [](const step& one) { return after_commit(one.kind); });
    return {in_.steps.data(), static_cast<std::size_t>(after - in_.steps.begin())};
  }

  void add(step_kind kind, std::uint32_t change, std::uint32_t before = no_index,
           std::uint32_t after = no_index, std::uint64_t number = 0) {
    in_.steps.push_back({kind, change, before, after, no_index, number});
  }

  [[nodiscard]] const component_record* found(std::string_view name) const {
    for (const auto& one : in_.state.store.found()) {
      if (one.name == name && one.record) return &*one.record;
    }
    return nullptr;
  }

  // The first version wrote down no neighbours: those of ours at the same hook, by what its journal and
  // records say of their order.
  [[nodiscard]] step_place place_by_rank(std::string_view component,
                                         const attachment_record& record,
                                         const journal_component_1& from) const {
    const auto rank = [](std::string_view name, const attachment_record& one) {
      return std::tuple{one.priority, std::string{name}, one.program};
    };
    const auto mine = rank(component, record);
    step_place made;
    std::optional<decltype(rank(component, record))> before;
    std::optional<decltype(rank(component, record))> after;
    for (const auto& one : in_.state.store.found()) {
      if (!one.record) continue;
      for (const auto& other : one.record->attachments) {
        const bool dropped =
            one.name == component &&
            std::any_of(from.dropped.begin(), from.dropped.end(),
                        [&](const attachment_record_1& gone) { return gone.slot == other.slot; });
        if (dropped || other.family != record.family || !(other.identity == record.identity)) {
          continue;
        }
        const auto theirs = rank(one.name, other);
        if (theirs < mine && (!before || *before < theirs)) {
          before = theirs;
          made.left = {one.name, other.slot, {}};
        }
        if (mine < theirs && (!after || theirs < *after)) {
          after = theirs;
          made.right = {one.name, other.slot, {}};
        }
      }
    }
    return made;
  }

  // Committed by the first version: what the transaction dropped is still to be ended.
  result<void> read_ending(const journal_component_1& from) {
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
    for (const auto& one : from.dropped) {
      LINCHPIN_TRY(auto record, carried_on(one, from.from));
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

  // Not committed by the first version: the steps that it may have begun.
  result<void> read_beginning(const journal_component_1& from) {
    const auto number = static_cast<std::uint32_t>(in_.changes.size());
    auto& change = in_.changes.emplace_back();
    change.name = from.name;
    change.after.name = from.name;
    change.after.current = from.to;
    change.is_new = !from.from;
    if (const auto* now = found(from.name)) {
      change.before = &records_.emplace_back(*now);
      change.after.attachments = now->attachments;
      for (auto& one : change.after.attachments) one.generation = from.to;
    }
    if (from.to && from.to != from.from) {
      LINCHPIN_TRY(auto fresh, generation_from_pins(in_.state.store, from.name, from.to, false));
      change.after.generations.push_back(std::move(fresh));
      add(step_kind::pin_generation, number, no_index, no_index, from.to.value);
    }
    const auto kept = static_cast<std::uint32_t>(change.after.attachments.size());
    for (const auto& one : from.attached) {
      LINCHPIN_TRY(auto record, carried_on(one, from.to));
      record.id = {};
      change.after.attachments.push_back(std::move(record));
    }
    LINCHPIN_CHECK(open_generations(change));
    for (std::uint32_t i = 0; i < kept; ++i) {
      const bool dropped = std::any_of(from.dropped.begin(), from.dropped.end(),
                                       [&](const attachment_record_1& one) {
                                         return one.slot == change.before->attachments[i].slot;
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

  result<void> read_change(const journal_change& from) {
    auto& change = in_.changes.emplace_back();
    change.name = from.name;
    change.stays = from.stays;
    change.after = from.after;
    auto& known = change.after.generations;
    known.insert(known.end(), from.others.begin(), from.others.end());
    change.is_new = !from.was_there;
    if (from.was_there) {
      for (const auto& found : in_.state.store.found()) {
        if (found.name != from.name || !found.record) continue;
        // Recorded last of all that is done for a component: what comes before is done.
        if (found.record->serial >= in_.index.serial) {
          recorded_.insert(change.name);
        } else {
          change.before = &records_.emplace_back(*found.record);
        }
      }
    }
    return open_generations(change);
  }

  // Opens what is pinned of every generation that the change knows.
  result<void> open_generations(component_change& change) {
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

  void read_step(const step_record& from) {
    step one{static_cast<step_kind>(from.kind),
             from.change,
             from.first,
             from.second,
             no_index,
             from.number};
    if (one.change < in_.changes.size() && one.before != no_index &&
        recorded_.contains(in_.changes[one.change].name)) {
      return;
    }
    if (!sound(one)) {
      in_.leave_alone(
          fmt::format("a step of the journal that this linchpin cannot read: kind {}", from.kind));
      return;
    }
    if (from.left || from.right || one.kind == step_kind::attach_program) {
      one.place = static_cast<std::uint32_t>(in_.places.size());
      in_.places.push_back(
          {from.left.value_or(neighbour_record{}), from.right.value_or(neighbour_record{}), {}});
    }
    in_.steps.push_back(one);
  }

  // Whether a step speaks of things that there are.
  [[nodiscard]] bool sound(const step& one) const {
    const auto known = [](step_kind kind) {
      const auto number = static_cast<unsigned>(kind);
      return (number >= static_cast<unsigned>(step_kind::load_generation) &&
              number <= static_cast<unsigned>(step_kind::settle_maps)) ||
             (number >= static_cast<unsigned>(step_kind::end_attachment) &&
              number <= static_cast<unsigned>(step_kind::write_index));
    };
    if (!known(one.kind)) return false;
    if (one.kind == step_kind::write_index) return true;
    if (one.change >= in_.changes.size()) return false;
    const auto& change = in_.changes[one.change];
    // Where the record before is damaged, steps that need it have nothing to go by.
    if (one.before != no_index &&
        (change.before == nullptr || one.before >= change.before->attachments.size())) {
      return false;
    }
    return one.after == no_index || one.after < change.after.attachments.size();
  }

  execution in_;
  std::list<component_record> records_;
  std::set<std::string> recorded_;  // components whose new record is written already
};

// Goes on with a transaction of this version.
result<std::string> go_on(running_state& state, const journal& unfinished) {
  std::string told;
  const bool committed = unfinished.phase == journal_phase::committed;
  cut_short work{state};
  LINCHPIN_CHECK(work.read(unfinished));
  LINCHPIN_CHECK(committed ? work.go_forward() : work.go_back());
  LINCHPIN_CHECK(state.store.clear_journal());
  LINCHPIN_CHECK(state.store.reload());
  for (const auto& change : unfinished.changes) {
    generation number{};
    for (const auto& one : state.store.found()) {
      if (one.name == change.name && one.record) number = one.record->current;
    }
    if (committed) number = change.stays ? change.after.current : generation{};
    told += fmt::format("{}{}: {} generation {}", told.empty() ? "" : "; ", change.name,
                        committed ? "finished the change to" : "went back to", number.value);
  }
  if (!committed) told += work.lost_entries();
  told += work.left_alone();
  state.last_transaction = std::max(state.last_transaction, unfinished.serial);
  return told;
}

// Goes on with a transaction of the first version: committed if its manifest had been written.
result<std::string> go_on(running_state& state, const journal_1& unfinished) {
  std::string told;
  const bool committed = state.store.serial() == unfinished.serial;
  cut_short work{state};
  LINCHPIN_CHECK(work.read(unfinished, committed));
  LINCHPIN_CHECK(committed ? work.go_forward() : work.go_back());
  LINCHPIN_CHECK(state.store.clear_journal());
  LINCHPIN_CHECK(state.store.reload());
  for (const auto& change : unfinished.components) {
    told += fmt::format("{}{}: {} generation {}", told.empty() ? "" : "; ", change.name,
                        committed ? "finished the change to" : "went back to",
                        committed ? change.to.value : change.from.value);
  }
  return told + work.left_alone();
}

}  // namespace

result<std::string> recover(running_state& state) {
  std::string told;
  forget_durable(state);
  if (const auto& found = state.store.unfinished()) {
    const journal unfinished = *found;
    LINCHPIN_TRY(told, go_on(state, unfinished));
  } else if (const auto& first_version = state.store.unfinished_1()) {
    const journal_1 unfinished = *first_version;
    LINCHPIN_TRY(told, go_on(state, unfinished));
  }
  LINCHPIN_CHECK(state.store.remove_unpublished());
  return told;
}

}  // namespace linchpin
