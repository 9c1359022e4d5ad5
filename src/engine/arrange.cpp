// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/arrange.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::string text_of(const chain_member& member) {
  if (member.ours) {
    return fmt::format("component {}, program {}", member.component, member.whole_name);
  }
  return fmt::format("program {} ({})", member.program.value,
                     member.name.empty() ? "unnamed" : member.name);
}

// Whether the policy must leave a program where it stands: a stranger's, one of ours that is fixed,
// and, for a policy that does not observe, every program that is attached.
bool must_stay(const chain_view& view, std::size_t member, bool observes) {
  if (member >= view.standing) return false;
  return !observes || !view.members[member].ours || view.members[member].fixed;
}

// What is wrong with an arrangement; empty if nothing.
std::string wrong_with(const arrangement& made, const chain_view& view, bool observes) {
  std::vector<bool> met(view.members.size(), false);
  std::optional<std::size_t> last_that_stays;
  for (const std::size_t member : made.order) {
    if (member >= met.size()) {
      return fmt::format("an order with number {} among {} programs", member, met.size());
    }
    if (met[member]) return fmt::format("an order with {} twice", text_of(view.members[member]));
    met[member] = true;
    if (!must_stay(view, member, observes)) continue;
    if (last_that_stays && *last_that_stays > member) {
      return fmt::format("an order that moves {} before {}",
                         text_of(view.members[*last_that_stays]), text_of(view.members[member]));
    }
    last_that_stays = member;
  }
  const auto missing = std::find(met.begin(), met.end(), false);
  if (missing == met.end()) return {};
  return fmt::format("an order without {}",
                     text_of(view.members[static_cast<std::size_t>(missing - met.begin())]));
}

}  // namespace

result<std::vector<std::size_t>> arrange(const decisions& policies, chain_view view,
                                         const std::vector<chain_item>& standing,
                                         const std::vector<chain_item>& requests,
                                         std::optional<std::size_t>& about) {
  std::vector<chain_member> members;
  std::vector<std::size_t> tags;
  for (const auto* items : {&standing, &requests}) {
    for (const auto& item : *items) {
      members.push_back(item.member);
      tags.push_back(item.tag);
    }
  }
  if (requests.empty() && !policies.observes_order()) return tags;
  view.members = members;
  view.standing = standing.size();
  const auto made = policies.arrange(view);
  if (!made) {
    const bool known = made.about() && *made.about() < members.size();
    if (known) about = tags[*made.about()];
    return refused_by(policies, slot::attach_order, made.reason(),
                      known ? text_of(members[*made.about()]) : std::string{});
  }
  if (auto wrong = wrong_with(*made, view, policies.observes_order()); !wrong.empty()) {
    return refused_by(policies, slot::attach_order, wrong, {});
  }
  std::vector<std::size_t> order;
  order.reserve(tags.size());
  for (const std::size_t member : made->order) order.push_back(tags[member]);
  return order;
}

namespace {

// By position in the present order: the position in the wanted order.
std::vector<std::size_t> goals_of(const std::vector<std::size_t>& now,
                                  const std::vector<std::size_t>& then) {
  std::unordered_map<std::size_t, std::size_t> wanted;
  for (std::size_t i = 0; i < then.size(); ++i) wanted.emplace(then[i], i);
  std::vector<std::size_t> goals(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) goals[i] = wanted.at(now[i]);
  return goals;
}

// Which programs need not move: one of ours that passes a stranger has to move, since the stranger
// does not.
std::vector<bool> pass_no_stranger(const std::vector<std::size_t>& goals,
                                   const std::vector<bool>& ours) {
  std::vector<bool> free(goals.size(), true);
  for (std::size_t i = 0; i < goals.size(); ++i) {
    for (std::size_t j = 0; j < goals.size() && ours[i]; ++j) {
      if (!ours[j] && (i < j) != (goals[i] < goals[j])) free[i] = false;
    }
  }
  return free;
}

// The longest run of candidates whose goals ascend.
std::vector<bool> longest_ascent(const std::vector<std::size_t>& goals,
                                 const std::vector<bool>& candidates, among_equal choice) {
  const auto better = [choice](std::size_t length, std::size_t than) {
    return choice == among_equal::keep_last ? length >= than : length > than;
  };
  const std::size_t count = goals.size();
  std::vector<std::size_t> length(count, 1), previous(count, count);
  std::size_t best = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (!candidates[i]) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (candidates[j] && goals[j] < goals[i] && better(length[j] + 1, length[i])) {
        length[i] = length[j] + 1;
        previous[i] = j;
      }
    }
    if (best == count || better(length[i], length[best])) best = i;
  }
  std::vector<bool> chosen(count, false);
  for (std::size_t i = best; i != count; i = previous[i]) chosen[i] = true;
  return chosen;
}

}  // namespace

std::vector<bool> keep_most(const std::vector<std::size_t>& now,
                            const std::vector<std::size_t>& then, const std::vector<bool>& ours,
                            among_equal choice) {
  const auto goals = goals_of(now, then);
  // Strangers always fit into the longest run: no candidate passes one of them.
  auto kept = longest_ascent(goals, pass_no_stranger(goals, ours), choice);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!ours[i]) kept[i] = true;
  }
  return kept;
}

}  // namespace linchpin
