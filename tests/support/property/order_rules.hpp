// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/order.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/views.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// What each order policy promises of a chain, said a second time and without the engine: the property
// tests compare the raw chain of the kernel with it.
namespace property {

/// The higher number first; among equal ones the component whose name sorts last. As a service would
/// write it.
struct descending {
  static constexpr std::string_view policy_id = "order.descending/1";
  static constexpr bool observes = true;

  [[nodiscard]] linchpin::placement place(const linchpin::program_view& self,
                                          std::span<const linchpin::chain_member> others,
                                          std::optional<std::size_t> current) const noexcept {
    using kind = linchpin::placement::kind;
    std::optional<std::size_t> last_before, first_after;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!others[i].ours) continue;
      const auto theirs = std::tuple{others[i].priority, others[i].component};
      const auto mine = std::tuple{self.priority, self.component};
      if (theirs > mine) last_before = i;
      if (theirs < mine && !first_after) first_after = i;
    }
    const bool right = current && (!last_before || *last_before < *current) &&
                       (!first_after || *current <= *first_after);
    if (right) return {kind::stay};
    if (last_before) return {kind::after, *last_before};
    if (first_after) return {kind::before, *first_after};
    return {current ? kind::stay : kind::last};
  }
};

/// All of ours directly behind the last stranger of that name; where there is none, first_starts go to
/// the front and stay where they are.
struct behind_the_gateway {
  static constexpr std::string_view policy_id = "order.behind_the_gateway/1";
  static constexpr bool observes = true;
  static constexpr std::string_view gateway = "gateway";

  [[nodiscard]] linchpin::placement place(const linchpin::program_view&,
                                          std::span<const linchpin::chain_member> others,
                                          std::optional<std::size_t> current) const noexcept {
    using kind = linchpin::placement::kind;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!others[i].ours && others[i].name == gateway) found = i;
    }
    if (!found) return {current ? kind::stay : kind::first};
    auto end = *found + 1;
    while (end < others.size() && others[end].ours) ++end;
    if (current && *current > *found && *current <= end) return {kind::stay};
    return {kind::after, end - 1};
  }
};

/// A policy about the whole chain: those of ours with even numbers before everybody else, those with odd
/// ones behind, by their numbers, equal ones by name.
struct around_the_strangers {
  static constexpr std::string_view policy_id = "order.around_the_strangers/1";
  static constexpr bool observes = true;

  [[nodiscard]] linchpin::decision<linchpin::arrangement> arrange(
      const linchpin::chain_view& chain) const {
    const auto rank = [&chain](std::size_t i) {
      const auto& member = chain.members[i];
      const int group = !member.ours ? 1 : member.priority % 2 == 0 ? 0 : 2;
      return std::tuple{group, member.ours ? member.priority : 0, member.component};
    };
    linchpin::arrangement made;
    for (std::size_t i = 0; i < chain.members.size(); ++i) made.order.push_back(i);
    std::stable_sort(made.order.begin(), made.order.end(),
                     [&](std::size_t left, std::size_t right) { return rank(left) < rank(right); });
    return made;
  }
};

/// Who stands in a chain.
struct stander {
  std::string component;  ///< empty: somebody else's
  linchpin::program_id id;
  std::string name;  ///< a stranger's
  int priority = 0;
};
using chain_of = std::vector<stander>;

inline std::string text(const chain_of& chain) {
  std::string made;
  for (const auto& member : chain) {
    made += made.empty() ? "" : " ";
    made += member.component.empty() ? member.name + "#" + std::to_string(member.id.value)
                                     : member.component + "(" + std::to_string(member.priority) +
                                           ")#" + std::to_string(member.id.value);
  }
  return made;
}

/// One hook before and after an apply that succeeded.
struct hook_history {
  chain_of before;
  chain_of after;
  /// Components that need not keep their place: re-attached where that place cannot be named.
  std::set<std::string> loose;
  /// What is attached always runs last.
  bool appends = false;
};

namespace detail {

inline bool same(const stander& left, const stander& right) {
  return left.component.empty() ? left.id == right.id : left.component == right.component;
}

inline bool stands_in(const chain_of& chain, const stander& who) {
  return std::any_of(chain.begin(), chain.end(),
                     [&who](const stander& member) { return same(member, who); });
}

inline chain_of ours(const chain_of& chain) {
  chain_of kept;
  for (const auto& member : chain) {
    if (!member.component.empty()) kept.push_back(member);
  }
  return kept;
}

/// Those of one chain that stand in the other and are not loose, in order.
inline chain_of common(const chain_of& chain, const chain_of& other,
                       const std::set<std::string>& loose) {
  chain_of kept;
  for (const auto& member : chain) {
    if (!stands_in(other, member) || loose.contains(member.component)) continue;
    kept.push_back(member);
  }
  return kept;
}

inline bool equal(const chain_of& left, const chain_of& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

template <class Before>
std::optional<std::string> sorted(const chain_of& after, Before before) {
  const auto mine = ours(after);
  for (std::size_t i = 1; i < mine.size(); ++i) {
    if (before(mine[i], mine[i - 1]))
      return mine[i].component + " must run before " + mine[i - 1].component;
  }
  return std::nullopt;
}

/// Programs that stood there keep their order; those that came are all at one end.
inline std::optional<std::string> kept_and_arrivals(const hook_history& hook, bool at_front) {
  if (!equal(common(hook.before, hook.after, hook.loose),
             common(hook.after, hook.before, hook.loose)))
    return "who stood there before changed places";
  bool met = false;  // one of those that must be on the far side of every program that came
  const auto check = [&](const stander& member) {
    if (hook.loose.contains(member.component)) return true;
    if (stands_in(hook.before, member)) {
      met = true;
      return true;
    }
    return !met;
  };
  const bool right = at_front ? std::all_of(hook.after.begin(), hook.after.end(), check)
                              : std::all_of(hook.after.rbegin(), hook.after.rend(), check);
  if (!right)
    return at_front ? "a program that came is not in front"
                    : "a program that came is not at the end";
  return std::nullopt;
}

/// Where a program that is attached always runs last, those of ours behind one that is attached anew
/// follow it, since otherwise ours would change places.
inline hook_history with_followers(hook_history hook) {
  bool follows = false;
  for (const auto& member : ours(hook.before)) {
    follows = follows || hook.loose.contains(member.component);
    if (follows) hook.loose.insert(member.component);
  }
  return hook;
}

}  // namespace detail

/// Nothing if the rule of the policy holds, else in what it does not.
inline std::optional<std::string> broken_rule(linchpin::order::append, const hook_history& hook) {
  return detail::kept_and_arrivals(hook, false);
}
inline std::optional<std::string> broken_rule(linchpin::order::prepend, const hook_history& hook) {
  return detail::kept_and_arrivals(hook, true);
}
inline std::optional<std::string> broken_rule(linchpin::order::priority, const hook_history& hook) {
  return detail::sorted(hook.after, [](const stander& left, const stander& right) {
    return std::tie(left.priority, left.component) < std::tie(right.priority, right.component);
  });
}
inline std::optional<std::string> broken_rule(descending, const hook_history& hook) {
  return detail::sorted(hook.after, [](const stander& left, const stander& right) {
    return std::tie(left.priority, left.component) > std::tie(right.priority, right.component);
  });
}
inline std::optional<std::string> broken_rule(behind_the_gateway, const hook_history& hook) {
  std::optional<std::size_t> gateway;
  std::size_t mine = 0;
  for (std::size_t i = 0; i < hook.after.size(); ++i) {
    const auto& member = hook.after[i];
    mine += member.component.empty() ? 0 : 1;
    if (member.component.empty() && member.name == behind_the_gateway::gateway) gateway = i;
  }
  if (!gateway && hook.appends) {
    const auto before = detail::ours(hook.before), after = detail::ours(hook.after);
    if (!detail::equal(detail::common(before, after, {}), detail::common(after, before, {})))
      return "ours changed places among themselves";
    return detail::kept_and_arrivals(detail::with_followers(hook), true);
  }
  if (!gateway) return detail::kept_and_arrivals(hook, true);
  for (std::size_t i = *gateway + 1; i <= *gateway + mine; ++i) {
    if (i >= hook.after.size() || hook.after[i].component.empty())
      return "ours are not all directly behind the gateway";
  }
  return std::nullopt;
}
inline std::optional<std::string> broken_rule(around_the_strangers, const hook_history& hook) {
  int group = 0;
  for (const auto& member : hook.after) {
    const int of = member.component.empty() ? 1 : member.priority % 2 == 0 ? 0 : 2;
    if (of < group) return "ours are not all around the strangers";
    group = of;
  }
  return detail::sorted(hook.after, [](const stander& left, const stander& right) {
    const auto rank = [](const stander& member) {
      return std::tuple{member.priority % 2 == 0 ? 0 : 2, member.priority,
                        std::string_view{member.component}};
    };
    return rank(left) < rank(right);
  });
}

/// Components of ours that stood there and run another program now, or none.
inline std::set<std::string> not_as_before(const chain_of& before, const chain_of& after) {
  std::set<std::string> found;
  for (const auto& old : detail::ours(before)) {
    const bool same = std::any_of(after.begin(), after.end(), [&old](const stander& member) {
      return member.id == old.id && member.component == old.component;
    });
    if (!same) found.insert(old.component);
  }
  return found;
}

/// What holds whatever the policy: strangers keep their order, and ours are those wanted, once each.
inline std::optional<std::string> broken_frame(const hook_history& hook,
                                               const std::set<std::string>& wanted) {
  chain_of before, after;
  std::multiset<std::string> found;
  for (const auto& member : hook.before) {
    if (member.component.empty()) before.push_back(member);
  }
  for (const auto& member : hook.after) {
    if (member.component.empty()) {
      after.push_back(member);
    } else {
      found.insert(member.component);
    }
  }
  if (!detail::equal(before, after)) return "other people's programs are not what they were";
  if (!std::equal(found.begin(), found.end(), wanted.begin(), wanted.end()))
    return "ours are not exactly those asked for";
  return std::nullopt;
}

}  // namespace property
