// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/arrange.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/answered.hpp"

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

  result<void> insert(const chain_item& request) {
    LINCHPIN_TRY(const auto where, place(request, items_, std::nullopt));
    return put(request, where);
  }

  // Looks at each of ours that was not left alone in this very order already.
  // returns: the last one that moved, or null
  result<const chain_item*> look_again() {
    const chain_item* moved = nullptr;
    for (const std::size_t tag : by_rank()) {
      if (std::find(settled_.begin(), settled_.end(), tag) != settled_.end()) continue;
      const auto has_tag = [tag](const chain_item& item) {
        return item.tag == tag && item.member.ours;
      };
      const auto at = std::find_if(items_.begin(), items_.end(), has_tag);
      const auto current = static_cast<std::size_t>(at - items_.begin());
      auto others = items_;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
      LINCHPIN_TRY(const auto where, place(*at, others, current));
      const bool stays =
          where.where == placement::kind::stay || index_of(where, others.size()) == current;
      if (stays) {
        settled_.push_back(tag);
        continue;
      }
      const chain_item moving = *at;
      items_ = std::move(others);
      LINCHPIN_CHECK(put(moving, where));
      settled_.clear();
      moved = &*std::find_if(items_.begin(), items_.end(), has_tag);
    }
    return moved;
  }

  [[nodiscard]] std::vector<chain_item> take() && { return std::move(items_); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

 private:
  static program_view view_of(const chain_item& item) {
    return {item.member.component, item.program, item.member.priority};
  }
  static std::vector<chain_member> members(const std::vector<chain_item>& items) {
    std::vector<chain_member> made;
    made.reserve(items.size());
    for (const auto& item : items) made.push_back(item.member);
    return made;
  }
  [[nodiscard]] result<placement> place(const chain_item& item,
                                        const std::vector<chain_item>& others,
                                        std::optional<std::size_t> current) const {
    return answered(policies_.place(view_of(item), members(others), current), policies_,
                    slot::attach_order, [&item] {
                      return fmt::format("component {}, program {}", item.member.component,
                                         item.program);
                    });
  }
  // From the lowest rank to the highest, so that an order by rank is found in one pass.
  [[nodiscard]] std::vector<std::size_t> by_rank() const {
    std::vector<const chain_item*> ours;
    for (const auto& item : items_) {
      if (item.member.ours && !item.fixed) ours.push_back(&item);
    }
    const auto rank = [](const chain_item* item) {
      return std::tuple{item->member.priority, item->member.component, item->program};
    };
    std::stable_sort(ours.begin(), ours.end(),
                     [&](const auto* left, const auto* right) { return rank(left) < rank(right); });
    std::vector<std::size_t> tags;
    tags.reserve(ours.size());
    for (const auto* item : ours) tags.push_back(item->tag);
    return tags;
  }
  result<void> put(const chain_item& item, const placement& where) {
    const std::size_t index = index_of(where, items_.size());
    if (index > items_.size()) {
      return error{errc::invalid_argument, "order"}
          .expected(fmt::format("a place among {} programs", items_.size()))
          .found(fmt::format("place {}, from {}", index, policies_.id(slot::attach_order)));
    }
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(index), item);
    return {};
  }

  const decisions& policies_;
  std::vector<chain_item> items_;
  std::vector<std::size_t> settled_;  // tags that were left alone since somebody moved
};

}  // namespace

result<std::vector<chain_item>> arrange(const decisions& policies, std::vector<chain_item> standing,
                                        const std::vector<chain_item>& requests,
                                        std::optional<std::size_t>& restless) {
  chain_order order{policies, std::move(standing)};
  for (const auto& request : requests) LINCHPIN_CHECK(order.insert(request));
  if (!policies.observes_order()) return std::move(order).take();
  // Sorting by neighbours takes at most as many passes as there are programs, and one to see it.
  const std::size_t most_passes = order.size() + 2;
  for (std::size_t pass = 0; pass < most_passes; ++pass) {
    LINCHPIN_TRY(const auto* moved, order.look_again());
    if (moved == nullptr) return std::move(order).take();
    if (pass + 1 < most_passes) continue;
    restless = moved->tag;
    return error{errc::unsupported, "order"}
        .expected(fmt::format("an order that {} leaves alone", policies.id(slot::attach_order)))
        .found(fmt::format("after {} looks at the chain it still moves program {} of component {}",
                           most_passes, moved->program, moved->member.component))
        .advice("two programs want the same place; give them different wishes");
  }
  return std::move(order).take();
}

namespace {

// Where each stands in the wanted order, by where it stands at the moment.
std::vector<std::size_t> goals_of(const std::vector<std::size_t>& now,
                                  const std::vector<std::size_t>& then) {
  std::unordered_map<std::size_t, std::size_t> wanted;
  for (std::size_t i = 0; i < then.size(); ++i) wanted.emplace(then[i], i);
  std::vector<std::size_t> goals(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) goals[i] = wanted.at(now[i]);
  return goals;
}

// Who need not move for a stranger's sake: one of ours that passes a stranger has to, whatever else does.
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
  // Strangers fit in with the longest run: nobody in it passes one of them.
  auto kept = longest_ascent(goals, pass_no_stranger(goals, ours), choice);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!ours[i]) kept[i] = true;
  }
  return kept;
}

}  // namespace linchpin
