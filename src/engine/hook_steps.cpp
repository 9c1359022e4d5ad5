// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/hook_order.hpp"

namespace linchpin::inline LINCHPIN_ABI {

// returns: false when somebody has to move to make room, and the steps must be written again
result<bool> decider::hook_order::write_steps() {
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (all_[tag].stands) live_.push_back({tag, false, all_[tag].entry.tc_priority});
  }
  std::size_t next = 0;  // directly behind whoever runs before
  for (const auto tag : target_) {
    const auto& program = all_[tag];
    if (program.wanted && !(program.stands && program.kept)) {
      LINCHPIN_TRY(const bool fits, write_attach(tag, next));
      if (!fits) return false;
      continue;
    }
    if (program.wanted && of_.at(*program.wanted).what == change::update) {
      add(step_kind::swap_program, *program.wanted, running_of(program), program.wanted->attachment,
          no_index, of_.at(*program.wanted).intruder.value);
    }
    next = find_live(tag, false) + 1;
  }
  return true;
}

void decider::hook_order::forget_steps(std::size_t places) {
  of_.made_.places_.resize(places);
  place_.steps.clear();
  live_.clear();
  changes_ = 0;
}

result<bool> decider::hook_order::write_attach(std::size_t tag, std::size_t& next) {
  const auto& program = all_[tag];
  if (of_.at(*program.wanted).what == change::detach_then_attach) write_take_out(tag, next);
  if (appends_only()) next = live_.size();
  LINCHPIN_CHECK(check_named(tag, next));
  std::uint16_t tc_priority = 0;
  if (place_.abilities.order == order_ability::priorities) {
    std::size_t index = next;
    auto chosen = choose_priority(index);
    // A place behind a link that will be detached is as good as one in front of it.
    while (!chosen && index < live_.size() && goes(live_[index])) {
      chosen = choose_priority(++index);
    }
    if (!chosen) {
      LINCHPIN_CHECK(make_room(next, *program.wanted, std::move(chosen).error()));
      return false;
    }
    next = index;
    tc_priority = *chosen;
  }
  const auto place = note_place(next);
  of_.made_.places_[place].tc_priority = tc_priority;
  add(step_kind::attach_program, *program.wanted, no_index, program.wanted->attachment, place);
  live_.insert(live_.begin() + static_cast<std::ptrdiff_t>(next), {tag, true, tc_priority});
  ++next;
  return true;
}

void decider::hook_order::write_take_out(std::size_t tag, std::size_t& next) {
  const auto& program = all_[tag];
  const auto& hook = of_.at(*program.wanted);
  if (!program.stands) {
    // It stands in another mechanism's chain.
    place_.steps.push_back({step_kind::take_out, program.wanted->component,
                            static_cast<std::uint32_t>(*hook.running), no_index, no_index,
                            hook.intruder.value});
    return;
  }
  const auto old = find_live(tag, false);
  live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(old));
  add(step_kind::take_out, *program.wanted, running_of(program), no_index, note_place(old),
      hook.intruder.value);
  if (old < next) --next;
}

result<void> decider::hook_order::check_named(std::size_t tag, std::size_t next) const {
  if (place_.abilities.order == order_ability::none || appends_only()) return {};
  const bool at_an_end = next == 0 || next == live_.size();
  if (at_an_end || nameable(live_[next - 1]) || nameable(live_[next])) return {};
  const auto rank =
      static_cast<std::size_t>(std::find(target_.begin(), target_.end(), tag) - target_.begin());
  return about(*all_[tag].wanted, nothing_to_name(rank));
}

error decider::hook_order::nothing_to_name(std::size_t rank) const {
  return error{errc::unsupported, "order"}
      .expected(
          fmt::format("a neighbour by which to name place {} of {}", rank + 1, target_.size()))
      .found("programs of others on both sides, whose links this kernel does not list")
      .advice("choose a place at either end of the chain, or next to a program of ours");
}

std::uint32_t decider::hook_order::note_place(std::size_t index) {
  auto& made = of_.made_.places_.emplace_back();
  if (index > 0) made.left = neighbour(live_[index - 1]);
  if (index < live_.size()) made.right = neighbour(live_[index]);
  if (place_.abilities.revision && place_.seen->revision) {
    // A chain that was empty in between may count its revision from the beginning again.
    if (live_.empty() && changes_ != 0) {
      unguarded_ = true;
    } else if (!unguarded_) {
      made.expected = {place_.seen->revision.value + changes_};
    }
  }
  return static_cast<std::uint32_t>(of_.made_.places_.size() - 1);
}

void decider::hook_order::add(step_kind kind, const claim& whom, std::uint32_t before,
                              std::uint32_t after, std::uint32_t where, std::uint64_t number) {
  place_.steps.push_back({kind, whom.component, before, after, where, number});
  ++changes_;
}

neighbour_record decider::hook_order::neighbour(const live_entry& entry) const {
  const auto& program = all_[entry.tag];
  neighbour_record made;
  if (program.wanted && (entry.fresh || !program.stands)) {
    made.component = of_.made_.components_[program.wanted->component].name;
    made.slot = unnumbered(program.wanted->attachment);
  } else if (program.ours != nullptr) {
    const auto& component = of_.seen_.components[program.ours->component];
    made.component = component.name;
    made.slot = component.record->attachments[program.ours->running].slot;
  } else {
    made.entry = program.entry;
  }
  return made;
}

bool decider::hook_order::nameable(const live_entry& entry) const {
  return entry.fresh || all_[entry.tag].nameable;
}

bool decider::hook_order::goes(const live_entry& entry) const {
  return !entry.fresh && (all_[entry.tag].leaves || !all_[entry.tag].kept);
}

std::size_t decider::hook_order::find_live(std::size_t tag, bool fresh) const {
  for (std::size_t i = 0; i < live_.size(); ++i) {
    if (live_[i].tag == tag && live_[i].fresh == fresh) return i;
  }
  return live_.size();
}

std::uint32_t decider::hook_order::running_of(const program_at& program) {
  return program.ours == nullptr ? no_index : program.ours->running;
}

result<std::uint16_t> decider::hook_order::choose_priority(std::size_t index) const {
  std::vector<std::uint16_t> programs;
  programs.reserve(live_.size());
  for (const auto& entry : live_) programs.push_back(entry.tc_priority);
  const auto kind = index == live_.size() ? anchor_kind::last
                    : index == 0          ? anchor_kind::first
                                          : anchor_kind::after;
  return numbering().choose_number({programs, place_.seen->other_priorities}, index, kind);
}

std::uint32_t decider::hook_order::numbers_left(const std::vector<std::size_t>& moves) const {
  auto taken = place_.seen->other_priorities;
  for (const auto& program : all_) {
    if (program.stands) taken.push_back(program.entry.tc_priority);
  }
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  const std::uint32_t end = numbering().past_last_number();
  std::uint32_t fewest = end;
  std::uint32_t low = 0;
  std::uint32_t attached = 0;  // between low and the next one that stays
  const auto count_up_to = [&](std::uint32_t high) {
    if (attached > 0) {
      const auto count = std::lower_bound(taken.begin(), taken.end(), high) -
                         std::upper_bound(taken.begin(), taken.end(), low);
      // Two that stay may share a number.
      const auto numbers = high > low ? high - low - 1 - static_cast<std::uint32_t>(count) : 0;
      fewest = std::min(fewest, numbers / attached);
    }
    low = high;
    attached = 0;
  };
  for (const auto tag : target_) {
    const auto& program = all_[tag];
    const bool stays =
        program.stands && program.kept && std::find(moves.begin(), moves.end(), tag) == moves.end();
    if (stays) {
      count_up_to(program.entry.tc_priority);
    } else {
      ++attached;
    }
  }
  count_up_to(end);
  return fewest;
}

result<void> decider::hook_order::make_room(std::size_t index, const claim& whom, error full) {
  const auto movable = [this](const live_entry& entry) {
    const auto& program = all_[entry.tag];
    return !entry.fresh && program.stands && program.kept && program.wanted.has_value();
  };
  for (std::size_t i = index; i < live_.size(); ++i) {
    if (movable(live_[i])) return move(live_[i].tag, cause::makes_room);
  }
  for (std::size_t i = index; i-- > 0;) {
    if (movable(live_[i])) return move(live_[i].tag, cause::makes_room);
  }
  return about(whom, std::move(full));
}

void decider::hook_order::tell() {
  const auto stays = [](const program_at& program) { return program.stands && program.kept; };
  const auto attached = std::find_if(target_.rbegin(), target_.rend(),
                                     [&](std::size_t tag) { return !stays(all_[tag]); });
  if (attached == target_.rend() || place_.abilities.exclusive) return;
  auto& chain = of_.made_.chains_.emplace_back();
  chain.family = place_.key.family;
  chain.identity = place_.key.identity;
  chain.how = place_.how;
  for (const auto& entry : live_) chain.at_commit.push_back(entry_at_commit(entry));
  for (std::size_t i = 0; i < target_.size(); ++i) {
    const auto& program = all_[target_[i]];
    chain.entries.push_back(entry_at_end(program));
    if (!program.wanted || stays(program)) continue;
    of_.at(*program.wanted).place = {static_cast<std::uint32_t>(i + 1),
                                     static_cast<std::uint32_t>(target_.size())};
  }
  if ((!place_.abilities.revision || unguarded_) && place_.abilities.query) {
    const auto& last = *all_[*attached].wanted;
    place_.steps.push_back({step_kind::verify_chain, last.component, no_index, last.attachment,
                            no_index, of_.made_.chains_.size() - 1});
  }
}

planned_chain_entry decider::hook_order::entry_at_commit(const live_entry& link) const {
  const auto& program = all_[link.tag];
  planned_chain_entry entry;
  const bool attached_or_updated =
      program.wanted &&
      (link.fresh || (program.kept && of_.at(*program.wanted).what == change::update));
  if (attached_or_updated) {
    entry.component = of_.made_.components_[program.wanted->component].name;
    entry.program = of_.at(*program.wanted).program;
  } else {
    entry.id = program.entry.program;
  }
  return entry;
}

planned_chain_entry decider::hook_order::entry_at_end(const program_at& program) const {
  planned_chain_entry entry;
  if (program.wanted) {
    const auto& hook = of_.at(*program.wanted);
    entry.component = of_.made_.components_[program.wanted->component].name;
    entry.program = hook.program;
    if (program.stands && hook.what == change::keep) entry.id = program.entry.program;
    return entry;
  }
  entry.id = program.entry.program;
  entry.program = program.entry.name;
  if (program.ours == nullptr) return entry;
  const auto& component = of_.seen_.components[program.ours->component];
  entry.component = component.name;
  entry.program = component.record->attachments[program.ours->running].program;
  return entry;
}

}  // namespace linchpin
