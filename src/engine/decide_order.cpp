// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/hook_order.hpp"

namespace linchpin::inline LINCHPIN_ABI {

decider::hook_place& decider::place_of(const planned_attachment& hook, std::string_view family) {
  const hook_key key{family, hook.identity, chain_of(hook.how)};
  const auto [found, fresh] = place_at_.emplace(key, static_cast<std::uint32_t>(places_.size()));
  if (fresh) add_place(key, hook);
  return places_[found->second];
}

decider::hook_place& decider::add_place(const hook_key& key, const planned_attachment& hook) {
  auto& made = places_.emplace_back();
  made.key = key;
  made.hook = &hook.hook;
  made.how = hook.how;
  made.abilities = hook.hook.abilities(hook.how, seen_.facts);
  return made;
}

// Whether an attachment's interface is in another network namespace: its number means another
// interface here.
bool decider::is_elsewhere(const planned_component& whole, const planned_attachment& hook) const {
  const auto* component = hook.running ? running(whole.name) : nullptr;
  return component != nullptr &&
         component->attachments[*hook.running].state == attachment_state::elsewhere &&
         !comes(hook.what);
}

// A place for an attachment in another network namespace, whose chain cannot be looked at.
decider::hook_place& decider::place_elsewhere(const planned_attachment& hook) {
  return add_place({hook.hook.family().name, {}, chain_of(hook.how)}, hook);
}

void decider::collect_places() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    auto& whole = made_.components_[i];
    if (!whole.held_back.empty()) continue;
    for (std::uint32_t j = 0; j < whole.attachments.size(); ++j) {
      auto& hook = whole.attachments[j];
      if (hook.what == change::wait || hook.untouched()) continue;
      if (is_elsewhere(whole, hook)) {
        place_elsewhere(hook).claims.push_back({i, j});
        continue;
      }
      // Maps have names of their own inside, and do not get into each other's way.
      const bool apart = hook.hook.family().attaches == attached_kind::map;
      auto& place = apart ? place_elsewhere(hook) : place_of(hook, hook.hook.family().name);
      place.claims.push_back({i, j});
      // A program that is only replaced or kept needs its chain only under an order policy that
      // observes.
      const auto& can = place.abilities;
      const bool ordered =
          can.order != order_ability::none && policies_.observes_order() && can.query;
      const bool looked_at = can.query && !comes_with_load(hook.identity);
      if (comes(hook.what) ? looked_at : ordered) place.wanted = true;
      if (hook.what == change::attach) place.tentative = true;
    }
  }
}

std::vector<observed_hook> decider::chains_wanted() {
  collect_places();
  std::vector<observed_hook> wanted;
  for (const auto& place : places_) {
    if (!place.wanted) continue;
    const auto& on = place.hook->on();
    // A link can be updated from anywhere.
    const bool kept = std::all_of(place.claims.begin(), place.claims.end(), [&](const claim& of) {
      const auto what = at(of).what;
      return what == change::keep || (what == change::update && has_link(place.how));
    });
    wanted.push_back({.family = place.key.family,
                      .at = {place.how, place.hook->family().attach, on, place.key.identity},
                      .tentative = place.tentative,
                      .kept_afar = kept && !on.netns.empty()});
  }
  return wanted;
}

// What the plan makes of each attachment that a component has on record.
decider::ends_and_successors decider::what_becomes_of(const observed_component& component) const {
  const auto& attachments = component.record->attachments;
  const auto planned = planned_at_.find(component.name);
  const auto* whole = planned == planned_at_.end() ? nullptr : &made_.components_[planned->second];
  ends_and_successors found;
  found.successor.resize(attachments.size());
  found.ends.assign(attachments.size(), whole == nullptr && component.kept_as_it_is().empty());
  if (whole == nullptr || !whole->held_back.empty()) return found;
  for (std::uint32_t i = 0; i < whole->attachments.size(); ++i) {
    const auto& hook = whole->attachments[i];
    if (!hook.running || hook.untouched()) continue;
    if (chain_of(attachments[*hook.running].how) == chain_of(hook.how)) {
      found.successor[*hook.running] = claim{planned->second, i};
    } else {
      found.ends[*hook.running] = true;  // it goes on in the chain of another mechanism
    }
  }
  for (const auto& end : whole->ends) found.ends[end.running] = true;
  return found;
}

// Notes at which places a component's programs stand, as far as the chains there are looked at.
void decider::collect_standing(std::uint32_t index) {
  const auto& component = seen_.components[index];
  const auto becomes = what_becomes_of(component);
  for (std::uint32_t i = 0; i < component.record->attachments.size(); ++i) {
    if (component.attachments[i].state == attachment_state::elsewhere) continue;
    const auto& record = component.record->attachments[i];
    const auto found = place_at_.find({record.family, record.identity, chain_of(record.how)});
    if (found == place_at_.end() || !places_[found->second].wanted) continue;
    auto& place = places_[found->second];
    place.standing.push_back({index, i, becomes.successor[i], becomes.ends[i]});
    place.constrained |= !component.missing.empty() || (!becomes.successor[i] && !becomes.ends[i]);
  }
}

void decider::collect_standing() {
  for (auto& place : places_) place.standing.clear();
  for (std::uint32_t i = 0; i < seen_.components.size(); ++i) {
    if (seen_.components[i].record) collect_standing(i);
  }
}

namespace {

error not_alone(const std::string& subject, std::string_view first_component,
                std::string_view first, std::string_view second_component,
                std::string_view second) {
  auto made =
      error{errc::busy, "plan", subject}.expected("one program for this hook, which takes no more");
  if (first_component != second_component) {
    return std::move(made)
        .found(fmt::format("component {} asks for it too", first_component))
        .advice(
            "leave it out of one of the two, or use a hook that takes several programs, such as "
            "tcx");
  }
  return std::move(made)
      .found(fmt::format("programs {} and {} of this component", first, second))
      .advice("attach one of them, and let it call the other");
}

}  // namespace

result<void> decider::check_free(const hook_place& place) {
  if (place.claims.empty()) return {};
  const auto& first = place.claims.front();
  const auto subject = [this](const claim& whom) {
    return fmt::format("component {}, {}", made_.components_[whom.component].name,
                       at(whom).hook.text());
  };
  if (at(first).what == change::attach && place.seen != nullptr && !place.seen->entries.empty()) {
    return taken_by(place, place.seen->entries.front(), subject(first));
  }
  if (place.claims.size() == 1) return {};
  const auto& second = place.claims[1];
  return not_alone(subject(second), made_.components_[first.component].name, at(first).program,
                   made_.components_[second.component].name, at(second).program);
}

error decider::taken_by(const hook_place& place, const chain_entry& entry,
                        const std::string& subject) const {
  auto made =
      error{errc::busy, "plan", subject}.expected("a free hook, since it takes only one program");
  for (const auto& ours : place.standing) {
    const auto& seen = seen_.components[ours.component];
    if (!same_attachment(entry, seen.record->attachments[ours.running].id,
                         seen.attachments[ours.running].program)) {
      continue;
    }
    return std::move(made)
        .found(fmt::format("component {} stands there", seen.name))
        .advice("remove that component first, in an apply of its own");
  }
  return std::move(made)
      .found(fmt::format("program {} ({}), which is not ours", entry.program.value,
                         entry.name.empty() ? "unnamed" : entry.name))
      .advice("find its owner; nothing of others is ever replaced");
}

void decider::find_seen_chains() {
  std::unordered_map<hook_key, const observed_chain*, hook_key_hash> chains;
  for (const auto& chain : seen_.chains) {
    chains.emplace(hook_key{chain.family, chain.identity, chain_of(chain.how)}, &chain);
  }
  for (auto& place : places_) {
    const auto found = place.wanted ? chains.find(place.key) : chains.end();
    if (found != chains.end() && found->second->seen) place.seen = &*found->second->seen;
  }
}

result<void> decider::order() {
  hold_back_strays();
  find_seen_chains();
  const auto before = wishes_before();
  for (;;) {
    collect_standing();
    LINCHPIN_CHECK(order_places());
    if (blocked_.empty()) return {};
    // The order was decided with components that turned out to be held back: decide again without
    // them.
    hold_back(std::exchange(blocked_, {}));
    forget_order(before);
  }
}

result<void> decider::order_places() {
  // Places come first at which a component may have to be held back, so that the others are decided
  // once.
  for (const bool constrained : {true, false}) {
    for (auto& place : places_) {
      if (place.constrained == constrained) LINCHPIN_CHECK(order_place(place));
    }
    if (constrained) block_twins();
    if (!blocked_.empty()) return {};
  }
  return {};
}

result<void> decider::order_place(hook_place& place) {
  if (place.claims.empty()) return {};
  if (place.abilities.exclusive) LINCHPIN_CHECK(check_free(place));
  if (place.seen != nullptr && !place.abilities.exclusive) return hook_order{*this, place}.decide();
  write_steps_as_claimed(place);
  return {};
}

decider::wishes decider::wishes_before() const {
  wishes before(made_.components_.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const auto& hook : made_.components_[i].attachments) {
      before[i].emplace_back(hook.what, hook.why);
    }
  }
  return before;
}

void decider::forget_order(const wishes& before) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto& hooks = made_.components_[i].attachments;
    for (std::size_t j = 0; j < hooks.size(); ++j) {
      std::tie(hooks[j].what, hooks[j].why) = before[i][j];
      hooks[j].place.reset();
    }
  }
  made_.places_.clear();
  made_.chains_.clear();
  for (auto& place : places_) place.steps.clear();
}

// Steps at a hook that takes one program, or whose chain the kernel could not tell beforehand.
void decider::write_steps_as_claimed(hook_place& place) {
  const auto add_place = [this] {
    made_.places_.emplace_back();
    return static_cast<std::uint32_t>(made_.places_.size() - 1);
  };
  const bool ordered = !place.abilities.exclusive && place.abilities.order != order_ability::none;
  for (const auto& whom : place.claims) {
    auto& hook = at(whom);
    const auto before = hook.running ? static_cast<std::uint32_t>(*hook.running) : no_index;
    const auto intruder = hook.intruder.value;
    if (hook.what == change::update) {
      place.steps.push_back(
          {step_kind::swap_program, whom.component, before, whom.attachment, no_index, intruder});
    }
    if (hook.what == change::detach_then_attach) {
      place.steps.push_back(
          {step_kind::take_out, whom.component, before, no_index, add_place(), intruder});
    }
    if (!comes(hook.what)) continue;
    place.steps.push_back(
        {step_kind::attach_program, whom.component, no_index, whom.attachment, add_place(), 0});
    if (ordered) hook.place.emplace();
  }
}

}  // namespace linchpin
