// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/hook_order.hpp"
#include "kernel/tc_priority.hpp"

namespace linchpin {

neighbour_record decider::hook_order::neighbour(const live_entry& who) const {
  const auto& one = all_[who.tag];
  neighbour_record made;
  if (one.wanted && (who.fresh || !one.stands)) {
    made.component = of_.made_.components_[one.wanted->component].name;
    made.slot = unnumbered(one.wanted->attachment);
  } else if (one.ours != nullptr) {
    const auto& component = of_.seen_.components[one.ours->component];
    made.component = component.name;
    made.slot = component.record->attachments[one.ours->running].slot;
  } else {
    made.entry = one.entry;
  }
  return made;
}

bool decider::hook_order::nameable(const live_entry& who) const {
  return who.fresh || all_[who.tag].nameable;
}

std::uint32_t decider::hook_order::note_place(std::size_t index) {
  auto& made = of_.made_.places_.emplace_back();
  if (index > 0) made.left = neighbour(live_[index - 1]);
  if (index < live_.size()) made.right = neighbour(live_[index]);
  if (place_.abilities.revision && place_.seen->revision) {
    // A chain that was empty for a moment may count from the beginning again.
    if (live_.empty() && changes_ != 0) {
      unguarded_ = true;
    } else if (!unguarded_) {
      made.expected = {place_.seen->revision.value + changes_};
    }
  }
  return static_cast<std::uint32_t>(of_.made_.places_.size() - 1);
}

void decider::hook_order::add(step_kind kind, const claim& one, std::uint32_t before,
                              std::uint32_t after, std::uint32_t where, std::uint64_t number) {
  place_.steps.push_back({kind, one.component, before, after, where, number});
  ++changes_;
}

std::size_t decider::hook_order::find_live(std::size_t tag, bool fresh) const {
  for (std::size_t i = 0; i < live_.size(); ++i) {
    if (live_[i].tag == tag && live_[i].fresh == fresh) return i;
  }
  return live_.size();
}

// returns: false when somebody has to move to make room, and the steps must be written again
result<bool> decider::hook_order::write_steps() {
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (all_[tag].stands) live_.push_back({tag, false, all_[tag].entry.tc_priority});
  }
  std::size_t next = 0;  // directly behind whoever runs before
  for (const auto tag : target_) {
    const auto& one = all_[tag];
    if (!one.wanted) {
      next = find_live(tag, false) + 1;
      continue;
    }
    const auto& hook = of_.at(*one.wanted);
    if (one.stands && one.kept) {
      if (hook.what == change::update) {
        add(step_kind::swap_program, *one.wanted, running_of(one), one.wanted->attachment, no_index,
            hook.intruder.value);
      }
      next = find_live(tag, false) + 1;
      continue;
    }
    LINCHPIN_TRY(const bool fits, attach(tag, next));
    if (!fits) return false;
  }
  return true;
}

result<std::uint16_t> decider::hook_order::choose_priority(std::size_t index) const {
  std::vector<std::uint16_t> programs;
  programs.reserve(live_.size());
  for (const auto& who : live_) programs.push_back(who.tc_priority);
  const auto kind = index == live_.size() ? anchor_kind::last
                    : index == 0          ? anchor_kind::first
                                          : anchor_kind::after;
  return detail::choose_tc_priority({programs, place_.seen->other_priorities}, index, kind);
}

result<void> decider::hook_order::make_room(std::size_t index, const claim& whom, error full) {
  const auto movable = [this](const live_entry& who) {
    const auto& one = all_[who.tag];
    return !who.fresh && one.stands && one.kept && one.wanted.has_value();
  };
  for (std::size_t i = index; i < live_.size(); ++i) {
    if (movable(live_[i])) return move(live_[i].tag, cause::makes_room);
  }
  for (std::size_t i = index; i-- > 0;) {
    if (movable(live_[i])) return move(live_[i].tag, cause::makes_room);
  }
  return about(whom, std::move(full));
}

std::uint32_t decider::hook_order::running_of(const program_at& one) {
  return one.ours == nullptr ? no_index : one.ours->running;
}

result<bool> decider::hook_order::attach(std::size_t tag, std::size_t& next) {
  const auto& one = all_[tag];
  const auto& hook = of_.at(*one.wanted);
  if (one.stands && hook.what == change::detach_then_attach) {
    const auto old = find_live(tag, false);
    const auto left = static_cast<std::ptrdiff_t>(old);
    live_.erase(live_.begin() + left);
    add(step_kind::take_out, *one.wanted, running_of(one), no_index, note_place(old),
        hook.intruder.value);
    if (old < next) --next;
  } else if (!one.stands && hook.what == change::detach_then_attach) {
    // It stands in another mechanism's chain.
    place_.steps.push_back({step_kind::take_out, one.wanted->component,
                            static_cast<std::uint32_t>(*hook.running), no_index, no_index,
                            hook.intruder.value});
  }
  if (appends_only()) next = live_.size();
  const bool named =
      next == 0 || next == live_.size() || nameable(live_[next - 1]) || nameable(live_[next]);
  const bool any_place = place_.abilities.order == order_ability::none || appends_only();
  if (!named && !any_place) {
    const auto rank =
        static_cast<std::size_t>(std::find(target_.begin(), target_.end(), tag) - target_.begin());
    return about(*one.wanted,
                 error{errc::unsupported, "order"}
                     .expected(fmt::format("a neighbour to name at place {} of {}", rank + 1,
                                           target_.size()))
                     .found("programs of others on both sides, whose links this hook does not "
                            "tell")
                     .advice("choose a place at either end of the chain, or next to a program "
                             "of ours"));
  }
  std::uint16_t tc_priority = 0;
  if (place_.abilities.order == order_ability::priorities) {
    auto chosen = choose_priority(next);
    if (!chosen) {
      LINCHPIN_CHECK(make_room(next, *one.wanted, std::move(chosen).error()));
      return false;
    }
    tc_priority = *chosen;
  }
  const auto place = note_place(next);
  of_.made_.places_[place].tc_priority = tc_priority;
  add(step_kind::attach_program, *one.wanted, no_index, one.wanted->attachment, place);
  live_.insert(live_.begin() + static_cast<std::ptrdiff_t>(next), {tag, true, tc_priority});
  ++next;
  return true;
}

void decider::hook_order::tell() {
  const bool attaches = std::any_of(target_.begin(), target_.end(), [this](std::size_t tag) {
    return !(all_[tag].stands && all_[tag].kept);
  });
  if (!attaches || place_.abilities.exclusive) return;
  auto& chain = of_.made_.chains_.emplace_back();
  chain.family = place_.key.family;
  chain.identity = place_.key.identity;
  chain.how = place_.how;
  for (const auto& who : live_) {
    const auto& one = all_[who.tag];
    const bool stays_put = one.stands && !who.fresh;
    auto& entry = chain.at_commit.emplace_back();
    const bool ours_anew =
        one.wanted && (who.fresh || (one.kept && of_.at(*one.wanted).what == change::update));
    if (ours_anew) {
      entry.component = of_.made_.components_[one.wanted->component].name;
      entry.program = of_.at(*one.wanted).program;
    } else if (stays_put) {
      entry.id = one.entry.program;
    }
  }
  const claim* attached = nullptr;
  for (std::size_t i = 0; i < target_.size(); ++i) {
    const auto& one = all_[target_[i]];
    auto& entry = chain.entries.emplace_back();
    if (!one.wanted) {
      entry.id = one.entry.program;
      entry.program = one.entry.name;
      if (one.ours == nullptr) continue;
      const auto& component = of_.seen_.components[one.ours->component];
      entry.component = component.name;
      entry.program = component.record->attachments[one.ours->running].program;
      continue;
    }
    auto& whole = of_.made_.components_[one.wanted->component];
    auto& hook = of_.at(*one.wanted);
    entry.component = whole.name;
    entry.program = hook.program;
    if (one.stands && hook.what == change::keep) entry.id = one.entry.program;
    if (one.stands && one.kept) continue;
    attached = &*one.wanted;
    hook.place = {static_cast<std::uint32_t>(i + 1), static_cast<std::uint32_t>(target_.size())};
  }
  if ((!place_.abilities.revision || unguarded_) && place_.abilities.query) {
    place_.steps.push_back({step_kind::verify_chain, attached->component, no_index,
                            attached->attachment, no_index, of_.made_.chains_.size() - 1});
  }
}

}  // namespace linchpin
