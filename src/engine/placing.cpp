// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/placing.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/try.hpp"
#include "engine/chain_view.hpp"

namespace linchpin {

namespace {

constexpr int most_attempts = 16;

std::optional<std::size_t> find_entry(const chain& seen, const attachment_id& id,
                                      program_id program) {
  for (std::size_t i = 0; i < seen.entries.size(); ++i) {
    const auto& entry = seen.entries[i];
    const bool same = entry.tc_handle != 0
                          ? entry.tc_priority == id.tc_priority && entry.tc_handle == id.tc_handle
                      : entry.link ? entry.link == id.link
                                   : entry.program == program;
    if (same) return i;
  }
  return std::nullopt;
}

result<anchor> choose_anchor(running_state& state, const decisions& policies, const any_hook& hook,
                             const attach_point& at, const newcomer& who,
                             const hook_abilities& abilities) {
  if (abilities.order == order_ability::none || !abilities.query) return anchor{};
  LINCHPIN_TRY(auto seen, state.store.acting().query(at));
  const auto old = who.successor_of == nullptr
                       ? std::nullopt
                       : find_entry(seen, *who.successor_of, who.predecessor);
  const auto all = picture(std::move(seen), own_members(state, hook.family().name, at.identity));
  std::vector<std::size_t> aside;
  if (who.amid != nullptr) {
    const departures leaving{who.amid->components(), who.amid->removed()};
    aside = places_of(all, leaving.members(state, hook.family().name, at.identity));
  }
  const auto current = old ? old : who.stood_at;
  auto counted = current;
  if (current) {
    const auto next = std::lower_bound(aside.begin(), aside.end(), *current);
    *counted -= static_cast<std::size_t>(next - aside.begin());
    if (old) aside.insert(next, *old);
  }
  const auto others = without(all, aside);
  const auto where =
      policies.place({who.component, who.name, who.priority}, others.members, counted);
  const bool stays = where.where == placement::kind::stay;
  if (!stays) {
    auto asked = anchor_for(where, others.seen, abilities);
    if (asked || !who.rather_last) return asked;
  }
  // To stay: directly before the predecessor, or where it stood. Where that cannot be had, the end is
  // the nearest: on a hook that can only append, or between strangers that cannot be named.
  if (stays && current && *current < all.seen.entries.size()) {
    if (auto same = anchor_for({placement::kind::before, *current}, all.seen, abilities))
      return same;
  }
  return anchor_for({placement::kind::last, 0}, all.seen, abilities);
}

}  // namespace

result<attachment> attach_in_order(running_state& state, const decisions& policies,
                                   const any_hook& hook, const attach_point& at,
                                   const newcomer& who) {
  auto& acting = state.store.acting();
  const auto abilities = hook.abilities(at.how, acting.facts());
  for (int attempt = 1;; ++attempt) {
    LINCHPIN_TRY(const auto where, choose_anchor(state, policies, hook, at, who, abilities));
    auto made = acting.attach(at, who.program, where);
    if (made || !made.error().is(errc::conflict) || attempt == most_attempts) return made;
  }
}

result<std::optional<std::size_t>> position_of(kernel& acting, const any_hook& hook,
                                               const attach_point& at, const attachment_id& id,
                                               program_id program) {
  if (!hook.abilities(at.how, acting.facts()).query) return std::optional<std::size_t>{};
  LINCHPIN_TRY(const auto seen, acting.query(at));
  return find_entry(seen, id, program);
}

}  // namespace linchpin
