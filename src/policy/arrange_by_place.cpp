// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/lift.hpp>

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// Where a placement lands among `others` others: 0 is first.
std::size_t index_of(const placement& where, std::size_t others) noexcept {
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

class chain_order {
 public:
  chain_order(const chain_view& chain, const placer& by) : chain_(chain), by_(by) {
    for (std::size_t i = 0; i < chain.standing; ++i) order_.push_back(i);
  }

  // returns: whether the policy gave it a place; if not, see `refused`
  bool insert(std::size_t member) { return put(member, order_, std::nullopt).has_value(); }

  // Looks at each of ours that was not left alone in this very order already.
  // returns: whether nobody moved; absent when the policy refused
  std::optional<bool> look_again() {
    bool rests = true;
    for (const std::size_t member : by_rank()) {
      if (std::find(settled_.begin(), settled_.end(), member) != settled_.end()) continue;
      const auto at = std::find(order_.begin(), order_.end(), member);
      const auto current = static_cast<std::size_t>(at - order_.begin());
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
  // returns: whether it stands elsewhere than before; absent when the policy refused
  std::optional<bool> put(std::size_t member, std::vector<std::size_t> others,
                          std::optional<std::size_t> current) {
    const auto& self = chain_.members[member];
    std::vector<chain_member> seen;
    seen.reserve(others.size());
    for (const std::size_t other : others) seen.push_back(chain_.members[other]);
    const auto where = by_.place({self.component, self.whole_name, self.priority}, seen, current);
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
      refused_ = {fmt::format("it answered with a place beside number {}; others there: {}",
                              where->index, others.size()),
                  member};
      return std::nullopt;
    }
    const std::size_t index = index_of(*where, others.size());
    if (current == index) return false;
    others.insert(others.begin() + static_cast<std::ptrdiff_t>(index), member);
    order_ = std::move(others);
    return true;
  }

  // From the lowest rank to the highest, so that an order by rank is found in one pass.
  [[nodiscard]] std::vector<std::size_t> by_rank() const {
    std::vector<std::size_t> ours;
    for (const std::size_t member : order_) {
      if (chain_.members[member].ours && !chain_.members[member].fixed) ours.push_back(member);
    }
    const auto rank = [this](std::size_t member) {
      const auto& of = chain_.members[member];
      return std::tuple{of.priority, of.component, of.whole_name};
    };
    std::stable_sort(ours.begin(), ours.end(),
                     [&](std::size_t left, std::size_t right) { return rank(left) < rank(right); });
    return ours;
  }

  const chain_view& chain_;
  const placer& by_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> settled_;  // that were left alone since somebody moved
  std::size_t last_moved_ = 0;
  refusal refused_;
};

}  // namespace

decision<arrangement> arrange_by_place(const chain_view& chain, const placer& by, bool observes) {
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
  return refusal{fmt::format("after {} looks at the chain it still moves program {} of component "
                             "{}: two programs want the same place",
                             most_passes, chain.members[restless].whole_name,
                             chain.members[restless].component),
                 restless};
}

}  // namespace linchpin::detail
