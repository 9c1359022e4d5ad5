// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/hook_order.hpp"

namespace linchpin {

decider::hook_place& decider::place_of(const planned_attachment& hook, std::string_view family) {
  const hook_key key{family, hook.identity, chain_of(hook.how)};
  const auto [found, fresh] = place_at_.emplace(key, static_cast<std::uint32_t>(places_.size()));
  if (fresh) {
    auto& made = places_.emplace_back();
    made.key = key;
    made.hook = &hook.hook;
    made.how = hook.how;
    made.abilities = hook.hook.abilities(hook.how, seen_.facts);
  }
  return places_[found->second];
}

void decider::collect_places() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    auto& whole = made_.components_[i];
    if (!whole.held_back.empty()) continue;
    for (std::uint32_t j = 0; j < whole.attachments.size(); ++j) {
      auto& hook = whole.attachments[j];
      if (hook.what == change::wait) continue;
      auto& place = place_of(hook, hook.hook.family().name);
      place.claims.push_back({i, j});
      // What is to be taken out of another mechanism's chain does not stand in this one.
      const auto& can = place.abilities;
      const bool ordered =
          can.order != order_ability::none && policies_.observes_order() && can.query;
      if (comes(hook.what) ? can.query : ordered) place.wanted = true;
      if (hook.what == change::attach) place.tentative = true;
    }
  }
}

std::vector<observed_hook> decider::chains_wanted() {
  collect_places();
  std::vector<observed_hook> wanted;
  for (const auto& place : places_) {
    if (!place.wanted) continue;
    wanted.push_back(
        {place.key.family,
         {place.how, place.hook->family().attach, place.hook->on(), place.key.identity},
         place.tentative});
  }
  return wanted;
}

// Which of ours stand at the places whose chains are looked at, and which of them leave.
void decider::collect_standing() {
  for (std::uint32_t i = 0; i < seen_.components.size(); ++i) {
    const auto& component = seen_.components[i];
    if (!component.record) continue;
    const auto planned = planned_at_.find(component.name);
    const auto* whole =
        planned == planned_at_.end() ? nullptr : &made_.components_[planned->second];
    const bool held_back = whole != nullptr && !whole->held_back.empty();
    std::vector<std::optional<claim>> continued(component.record->attachments.size());
    std::vector<bool> leaves(component.record->attachments.size(),
                             whole == nullptr && component.unfinished.empty());
    if (whole != nullptr && !held_back) {
      for (std::uint32_t j = 0; j < whole->attachments.size(); ++j) {
        const auto& hook = whole->attachments[j];
        if (hook.running) continued[*hook.running] = claim{planned->second, j};
      }
      for (const auto& end : whole->ends) leaves[end.running] = true;
    }
    for (std::uint32_t j = 0; j < component.record->attachments.size(); ++j) {
      const auto& record = component.record->attachments[j];
      const auto found = place_at_.find({record.family, record.identity, chain_of(record.how)});
      if (found == place_at_.end() || !places_[found->second].wanted) continue;
      places_[found->second].standing.push_back({i, j, continued[j], leaves[j]});
    }
  }
}

result<void> decider::check_free(hook_place& place) {
  const claim* first = nullptr;
  for (const auto& one : place.claims) {
    const auto& hook = at(one);
    const auto subject =
        fmt::format("component {}, {}", made_.components_[one.component].name, hook.hook.text());
    if (first != nullptr && first->component != one.component) {
      return error{errc::busy, "plan", subject}
          .expected("a hook that takes one program to be asked for once")
          .found(
              fmt::format("component {} asks for it too", made_.components_[first->component].name))
          .advice("it takes one program, whoever asks; use a hook that takes several, such as tcx");
    }
    if (first != nullptr) {
      return error{errc::busy, "plan", subject}
          .expected("a hook that takes one program to be asked for once")
          .found(
              fmt::format("programs {} and {} of this component", at(*first).program, hook.program))
          .advice("attach one of them, and let it call the other");
    }
    first = &one;
    if (hook.what != change::attach || place.seen == nullptr) continue;
    for (const auto& entry : place.seen->entries) {
      const owned* ours = nullptr;
      for (const auto& candidate : place.standing) {
        const auto& seen = seen_.components[candidate.component];
        if (same_attachment(entry, seen.record->attachments[candidate.running].id,
                            seen.attachments[candidate.running].program)) {
          ours = &candidate;
        }
      }
      return error{errc::busy, "plan", subject}
          .expected("a free hook: it takes one program only")
          .found(
              ours != nullptr
                  ? fmt::format("component {} stands there", seen_.components[ours->component].name)
                  : fmt::format("program {} ({}), which is not ours", entry.program.value,
                                entry.name.empty() ? "unnamed" : entry.name))
          .advice(ours != nullptr ? "remove that component first, in an apply of its own"
                                  : "find its owner; nothing of others is ever replaced");
    }
  }
  return {};
}

result<void> decider::order() {
  collect_standing();
  std::unordered_map<hook_key, const observed_chain*, hook_key_hash> chains;
  for (const auto& one : seen_.chains) {
    chains.emplace(hook_key{one.family, one.identity, chain_of(one.how)}, &one);
  }
  for (auto& place : places_) {
    if (place.wanted) {
      const auto found = chains.find(place.key);
      if (found != chains.end() && found->second->seen) place.seen = &*found->second->seen;
    }
    if (place.abilities.exclusive) LINCHPIN_CHECK(check_free(place));
    if (place.seen != nullptr && !place.abilities.exclusive) {
      hook_order order{*this, place};
      LINCHPIN_CHECK(order.decide());
      continue;
    }
    // One program, or a chain that the kernel could not tell beforehand.
    for (const auto& one : place.claims) {
      const auto& hook = at(one);
      const auto before = hook.running ? static_cast<std::uint32_t>(*hook.running) : no_index;
      if (hook.what == change::update) {
        place.steps.push_back({step_kind::swap_program, one.component, before, one.attachment,
                               no_index, hook.intruder.value});
      }
      if (hook.what == change::detach_then_attach) {
        made_.places_.emplace_back();
        place.steps.push_back({step_kind::take_out, one.component, before, no_index,
                               static_cast<std::uint32_t>(made_.places_.size() - 1),
                               hook.intruder.value});
      }
      if (comes(hook.what)) {
        made_.places_.emplace_back();
        place.steps.push_back({step_kind::attach_program, one.component, no_index, one.attachment,
                               static_cast<std::uint32_t>(made_.places_.size() - 1), 0});
        if (!place.abilities.exclusive && place.abilities.order != order_ability::none) {
          at(one).place.emplace();
        }
      }
    }
  }
  return {};
}

}  // namespace linchpin
