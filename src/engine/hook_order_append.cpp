// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/hook_order.hpp"

// The order at a hook where a program that is attached always runs last.
namespace linchpin::inline LINCHPIN_ABI {

result<void> decider::hook_order::choose_appended() {
  const auto first_wish = target_;
  const auto first_state = all_;
  std::vector<std::pair<change, cause>> first_changes;
  for (const auto& asked : place_.claims) {
    first_changes.emplace_back(of_.at(asked).what, of_.at(asked).why);
  }
  LINCHPIN_CHECK(keep_in_order_among_ours());
  LINCHPIN_CHECK(check_attach_requests());
  append_the_rest();
  if (check_settled()) return {};
  // The policy looks at strangers too: try again with the order among all programs.
  blocked_.reset();
  target_ = first_wish;
  all_ = first_state;
  for (std::size_t i = 0; i < first_changes.size(); ++i) {
    std::tie(of_.at(place_.claims[i]).what, of_.at(place_.claims[i]).why) = first_changes[i];
  }
  LINCHPIN_CHECK(keep_in_order_among_all());
  LINCHPIN_CHECK(check_attach_requests());
  append_the_rest();
  return check_settled();
}

result<void> decider::hook_order::keep_in_order_among_ours() {
  bool in_order = true;
  std::size_t last = 0;
  for (const auto tag : target_) {
    const auto& program = all_[tag];
    if (!program.stands || !program.wanted) continue;
    // Tags count along the chain.
    if (program.kept && in_order && tag >= last) {
      last = tag;
    } else if (observes() || !program.kept) {
      in_order = !observes();
      if (program.kept) LINCHPIN_CHECK(move(tag));
    }
  }
  return {};
}

result<void> decider::hook_order::keep_in_order_among_all() {
  for (const auto tag : fewest_moves()) {
    if (all_[tag].kept) LINCHPIN_CHECK(move(tag));
  }
  bool in_order = true;
  for (const auto tag : target_) {
    const auto& program = all_[tag];
    if (!program.stands || !program.wanted) continue;
    in_order = in_order && program.kept;
    if (!in_order && program.kept) LINCHPIN_CHECK(move(tag));
  }
  return {};
}

result<void> decider::hook_order::check_attach_requests() {
  for (std::size_t i = 0; i < target_.size(); ++i) {
    const auto& program = all_[target_[i]];
    if (program.stands) continue;
    const auto later = std::span{target_}.subspan(i);
    const auto among_later = [&](auto&& which) {
      return std::any_of(later.begin(), later.end(),
                         [&](std::size_t tag) { return which(all_[tag]); });
    };
    if (!among_later([](const auto& other) { return other.stands && other.kept; })) continue;
    if (among_later(fixed)) {
      // Running last may be as good: check_settled asks a policy that observes.
      if (observes()) continue;
      blocked_ = program.wanted;
    }
    return about(*program.wanted,
                 only_appends(i).advice("attach in run order, or run a kernel that orders this "
                                        "hook (cgroup: 6.17)"));
  }
  return {};
}

error decider::hook_order::only_appends(std::size_t rank) const {
  return error{errc::unsupported, "order"}
      .expected(fmt::format("place {} of {}", rank + 1, target_.size()))
      .found("a hook where this kernel can only append");
}

void decider::hook_order::append_the_rest() {
  const auto rest = std::stable_partition(target_.begin(), target_.end(), [this](std::size_t tag) {
    return all_[tag].stands && all_[tag].kept;
  });
  std::sort(target_.begin(), rest);  // tags count along the chain
}

result<void> decider::hook_order::check_settled() {
  if (!observes()) return {};
  // Ask about this order only if the policy has not answered about it before.
  if (target_ != asked_) {
    std::vector<chain_item> reached;
    for (const auto tag : target_) reached.push_back(item_of(tag));
    LINCHPIN_TRY(answered_, ask(std::move(reached), {}));
    asked_ = target_;
  }
  if (answered_ == target_) return {};
  for (const auto tag : target_) {
    const auto* stays = all_[tag].wanted ? fixed_between(answered_, target_, tag) : nullptr;
    if (stays == nullptr) continue;
    blocked_ = all_[tag].wanted;
    return about(*blocked_,
                 error{errc::unsupported, "order"}
                     .expected(fmt::format("a place before component {}, which is left as it is",
                                           of_.seen_.components[stays->ours->component].name))
                     .found("a hook where this kernel can only append"));
  }
  const auto differs = std::mismatch(answered_.begin(), answered_.end(), target_.begin()).first;
  const auto& program = all_[*differs];
  auto refused = only_appends(static_cast<std::size_t>(differs - answered_.begin()));
  return program.wanted ? about(*program.wanted, std::move(refused))
                        : std::move(refused).about(place_.hook->text());
}

const decider::hook_order::program_at* decider::hook_order::fixed_between(
    const std::vector<std::size_t>& first, const std::vector<std::size_t>& second,
    std::size_t tag) const {
  const auto behind = std::find(first.begin(), first.end(), tag);
  const auto ahead = std::find(second.begin(), second.end(), tag);
  const auto passed = std::find_if(behind, first.end(), [&](std::size_t other) {
    return fixed(all_[other]) && std::find(second.begin(), ahead, other) != ahead;
  });
  return passed == first.end() ? nullptr : &all_[*passed];
}

}  // namespace linchpin
