// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Where a placement lands among `others` others: 0 is first.
inline std::size_t index_of(const placement& where, std::size_t others) noexcept {
  switch (where.where) {
    case placement::kind::first:
      return 0;
    case placement::kind::before:
      return where.index;
    case placement::kind::after:
      return where.index + 1;
    case placement::kind::stay:
    case placement::kind::last:
      break;
  }
  return others;
}

// A chain that a policy which places one program at a time puts in order.
template <class Placing>
class chain_order {
 public:
  chain_order(const chain_view& chain, const Placing& by) : chain_(chain), by_(by) {
    for (std::size_t i = 0; i < chain.standing; ++i) order_.push_back(i);
  }

  // returns: whether the policy gave it a place; if not, see `refused`
  bool insert(std::size_t member) { return put(member, order_, std::nullopt).has_value(); }

  // Looks at each of ours that was not left alone in this very order already.
  // returns: whether nobody moved; absent when the policy refused
  std::optional<bool> look_again() {
    bool rests = true;
    for (const std::size_t member : by_rank()) {
      if (position(settled_, member) != settled_.size()) continue;
      const std::size_t current = position(order_, member);
      auto others = order_;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
      const auto moved = put(member, std::move(others), current);
      if (!moved) return std::nullopt;
      if (*moved) {
        settled_.clear();
        last_moved_ = member;
        rests = false;
      } else {
        settled_.push_back(member);
      }
    }
    return rests;
  }

  [[nodiscard]] arrangement take() && { return {std::move(order_)}; }
  [[nodiscard]] refusal refused() && { return std::move(refused_); }
  [[nodiscard]] std::size_t last_moved() const noexcept { return last_moved_; }

 private:
  // returns: where it stands, or the size of the list
  static std::size_t position(const std::vector<std::size_t>& list, std::size_t member) noexcept {
    std::size_t at = 0;
    while (at != list.size() && list[at] != member) ++at;
    return at;
  }

  // returns: whether it stands elsewhere than before; absent when the policy refused
  std::optional<bool> put(std::size_t member, std::vector<std::size_t> others,
                          std::optional<std::size_t> current) {
    const auto& self = chain_.members[member];
    std::vector<chain_member> seen;
    seen.reserve(others.size());
    for (const std::size_t other : others) seen.push_back(chain_.members[other]);
    const decision<placement> where =
        by_.place({self.component, self.whole_name, self.priority}, seen, current);
    if (!where) {
      refused_ = {where.reason(), member};
      return std::nullopt;
    }
    if (current && where->where == placement::kind::stay) return false;
    if (where->where == placement::kind::stay) {
      refused_ = {"it answered \"stay\" about a program that is not attached yet", member};
      return std::nullopt;
    }
    const bool beside =
        where->where == placement::kind::before || where->where == placement::kind::after;
    if (beside && where->index >= others.size()) {
      refused_ = {"it answered with a place beside number " + std::to_string(where->index) +
                      "; others there: " + std::to_string(others.size()),
                  member};
      return std::nullopt;
    }
    const std::size_t index = index_of(*where, others.size());
    if (current == index) return false;
    others.insert(others.begin() + static_cast<std::ptrdiff_t>(index), member);
    order_ = std::move(others);
    return true;
  }

  [[nodiscard]] bool precedes(std::size_t left, std::size_t right) const noexcept {
    const auto& first = chain_.members[left];
    const auto& second = chain_.members[right];
    if (first.priority != second.priority) return first.priority < second.priority;
    if (first.component != second.component) return first.component < second.component;
    return first.whole_name < second.whole_name;
  }

  // From the lowest rank to the highest, so that an order by rank is found in one pass. Equal ones stay as they stand.
  [[nodiscard]] std::vector<std::size_t> by_rank() const {
    std::vector<std::size_t> ours;
    for (const std::size_t member : order_) {
      if (!chain_.members[member].ours || chain_.members[member].fixed) continue;
      auto at = ours.end();
      while (at != ours.begin() && precedes(member, *(at - 1))) --at;
      ours.insert(at, member);
    }
    return ours;
  }

  const chain_view& chain_;
  const Placing& by_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> settled_;  // that were left alone since somebody moved
  std::size_t last_moved_ = 0;
  refusal refused_;
};

template <class Placing>
decision<arrangement> arrange_by_place(const chain_view& chain, const Placing& by, bool observes) {
  chain_order order{chain, by};
  for (std::size_t i = chain.standing; i < chain.members.size(); ++i) {
    if (!order.insert(i)) return std::move(order).refused();
  }
  if (!observes) return std::move(order).take();
  // Sorting by neighbours takes at most as many passes as there are programs, and one to see it.
  const std::size_t most_passes = chain.members.size() + 2;
  for (std::size_t pass = 0; pass < most_passes; ++pass) {
    const auto rests = order.look_again();
    if (!rests) return std::move(order).refused();
    if (*rests) return std::move(order).take();
  }
  const std::size_t restless = order.last_moved();
  const auto& member = chain.members[restless];
  std::string why =
      "after " + std::to_string(most_passes) + " looks at the chain it still moves program ";
  why.append(member.whole_name).append(" of component ").append(member.component);
  return refusal{why + ": two programs want the same place", restless};
}

}  // namespace linchpin::detail
