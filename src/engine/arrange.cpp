// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/arrange.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"

namespace linchpin {

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
  chain_order(const decisions& policies, std::vector<chain_item> items)
      : policies_(policies), items_(std::move(items)) {}

  result<void> insert(const chain_item& newcomer) {
    const auto where = policies_.place(view_of(newcomer), members(items_), std::nullopt);
    return put(newcomer, where);
  }

  // Looks at each of ours once.
  // returns: whose turn moved somebody; the last one
  result<const chain_item*> look_again() {
    const chain_item* moved = nullptr;
    for (const std::size_t tag : by_rank()) {
      const auto at = std::find_if(items_.begin(), items_.end(), [tag](const chain_item& one) {
        return one.tag == tag && one.member.ours;
      });
      const auto current = static_cast<std::size_t>(at - items_.begin());
      auto others = items_;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
      const auto where = policies_.place(view_of(*at), members(others), current);
      if (where.where == placement::kind::stay) continue;
      if (index_of(where, others.size()) == current) continue;
      const chain_item one = *at;
      items_ = std::move(others);
      LINCHPIN_CHECK(put(one, where));
      moved = &*std::find_if(items_.begin(), items_.end(), [tag](const chain_item& other) {
        return other.tag == tag && other.member.ours;
      });
    }
    return moved;
  }

  [[nodiscard]] std::vector<chain_item> take() && { return std::move(items_); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

 private:
  static program_view view_of(const chain_item& one) {
    return {one.member.component, one.program, one.member.priority};
  }
  static std::vector<chain_member> members(const std::vector<chain_item>& items) {
    std::vector<chain_member> made;
    made.reserve(items.size());
    for (const auto& one : items) made.push_back(one.member);
    return made;
  }
  // From the lowest rank to the highest, so that an order by rank is found in one pass.
  [[nodiscard]] std::vector<std::size_t> by_rank() const {
    std::vector<const chain_item*> ours;
    for (const auto& one : items_) {
      if (one.member.ours) ours.push_back(&one);
    }
    const auto rank = [](const chain_item* one) {
      return std::tuple{one->member.priority, one->member.component, one->program};
    };
    std::stable_sort(ours.begin(), ours.end(),
                     [&](const auto* left, const auto* right) { return rank(left) < rank(right); });
    std::vector<std::size_t> tags;
    tags.reserve(ours.size());
    for (const auto* one : ours) tags.push_back(one->tag);
    return tags;
  }
  result<void> put(const chain_item& one, const placement& where) {
    const std::size_t index = index_of(where, items_.size());
    if (index > items_.size()) {
      return error{errc::invalid_argument, "order"}
          .expected(fmt::format("a place among {} programs", items_.size()))
          .found(fmt::format("place {}, from {}", index, policies_.id(slot::order)));
    }
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(index), one);
    return {};
  }

  const decisions& policies_;
  std::vector<chain_item> items_;
};

}  // namespace

result<std::vector<chain_item>> arrange(const decisions& policies, std::vector<chain_item> standing,
                                        const std::vector<chain_item>& newcomers) {
  chain_order order{policies, std::move(standing)};
  for (const auto& one : newcomers) LINCHPIN_CHECK(order.insert(one));
  if (!policies.observes_order()) return std::move(order).take();
  // Sorting by neighbours takes at most as many passes as there are programs, and one to see it.
  const std::size_t most_passes = order.size() + 2;
  for (std::size_t pass = 0; pass < most_passes; ++pass) {
    LINCHPIN_TRY(const auto* moved, order.look_again());
    if (moved == nullptr) return std::move(order).take();
    if (pass + 1 < most_passes) continue;
    return error{errc::unsupported, "order"}
        .expected(fmt::format("an order that {} leaves alone", policies.id(slot::order)))
        .found(fmt::format("after {} looks at the chain it still moves program {} of component {}",
                           most_passes, moved->program, moved->member.component))
        .advice("two programs want the same place; give them different wishes");
  }
  return std::move(order).take();
}

std::vector<bool> keep_most(const std::vector<std::size_t>& now,
                            const std::vector<std::size_t>& then, const std::vector<bool>& ours) {
  std::unordered_map<std::size_t, std::size_t> wanted;
  for (std::size_t i = 0; i < then.size(); ++i) wanted.emplace(then[i], i);
  const std::size_t count = now.size();
  std::vector<std::size_t> goal(count);
  for (std::size_t i = 0; i < count; ++i) goal[i] = wanted.at(now[i]);

  // One of ours that passes a stranger has to move, whatever else does.
  std::vector<bool> free(count, true);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count && ours[i]; ++j) {
      if (!ours[j] && (i < j) != (goal[i] < goal[j])) free[i] = false;
    }
  }
  // The longest run of the rest that is in order already; strangers fit in by what was just checked.
  std::vector<std::size_t> length(count, 1), previous(count, count);
  std::size_t best = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (!free[i]) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (free[j] && goal[j] < goal[i] && length[j] + 1 > length[i]) {
        length[i] = length[j] + 1;
        previous[i] = j;
      }
    }
    if (best == count || length[i] > length[best]) best = i;
  }
  std::vector<bool> kept(count, false);
  for (std::size_t i = best; i != count; i = previous[i]) kept[i] = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (!ours[i]) kept[i] = true;
  }
  return kept;
}

}  // namespace linchpin
