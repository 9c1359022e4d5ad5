// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/hook_order.hpp"

namespace linchpin {

result<void> decider::hook_order::decide() {
  read_chain();
  collect_newcomers();
  LINCHPIN_CHECK(arrange_all());
  LINCHPIN_CHECK(choose_moves());
  LINCHPIN_CHECK(give_way());
  LINCHPIN_CHECK(check_room());
  const std::size_t places = of_.made_.places_.size();
  for (;;) {
    LINCHPIN_TRY(const bool fits, write_steps());
    if (fits) break;
    // Somebody moves to make room, which takes other steps.
    of_.made_.places_.resize(places);
    place_.steps.clear();
    live_.clear();
    changes_ = 0;
  }
  tell();
  return {};
}

bool decider::hook_order::appends_only() const {
  return place_.abilities.order == order_ability::append;
}

void decider::hook_order::read_chain() {
  std::vector<bool> matched(place_.standing.size(), false);
  for (const auto& entry : place_.seen->entries) {
    auto& one = all_.emplace_back();
    one.entry = entry;
    one.stands = true;
    one.nameable = entry.link || entry.tc_handle != 0 || place_.seen->tells_links;
    for (std::size_t i = 0; i < place_.standing.size(); ++i) {
      const auto& owned = place_.standing[i];
      const auto& seen = of_.seen_.components[owned.component];
      const auto& record = seen.record->attachments[owned.running];
      if (matched[i] ||
          !same_attachment(entry, record.id, seen.attachments[owned.running].program)) {
        continue;
      }
      matched[i] = true;
      one.ours = &owned;
      one.wanted = owned.continues;
      one.leaves = owned.leaves;
      one.entry.link = record.id.link;
      one.nameable = true;
      break;
    }
  }
}

void decider::hook_order::collect_newcomers() {
  std::vector<claim> newcomers;
  for (const auto& one : place_.claims) {
    const bool stands = std::any_of(all_.begin(), all_.end(), [&](const program_at& other) {
      return other.wanted && other.wanted->component == one.component &&
             other.wanted->attachment == one.attachment;
    });
    if (!stands && comes(of_.at(one).what)) newcomers.push_back(one);
  }
  std::stable_sort(
      newcomers.begin(), newcomers.end(),
      [this](const claim& left, const claim& right) { return turn_at(left) < turn_at(right); });
  for (const auto& one : newcomers) {
    newcomers_.push_back(all_.size());
    all_.emplace_back().wanted = one;
  }
}

turn decider::hook_order::turn_at(const claim& one) const {
  return turn_of(observes(), of_.made_.components_[one.component], of_.at(one));
}

chain_item decider::hook_order::item_of(std::size_t tag) const {
  const auto& one = all_[tag];
  chain_item item;
  item.tag = tag;
  item.member.program = one.entry.program;
  item.member.link = one.stands ? one.entry.link : planned_link;
  item.member.name = one.entry.name;
  if (one.wanted) {
    const auto& hook = of_.at(*one.wanted);
    item.program = hook.program;
    item.member.ours = true;
    item.member.component = of_.made_.components_[one.wanted->component].name;
    item.member.priority = hook.priority;
    item.member.name = std::string_view{hook.program}.substr(0, kernel_name_length);
  } else if (one.ours != nullptr) {
    // One that nobody may change now: where its record says it belongs.
    const auto& component = of_.seen_.components[one.ours->component];
    const auto& record = component.record->attachments[one.ours->running];
    item.program = record.program;
    item.member.ours = true;
    item.member.component = component.name;
    item.member.priority = record.priority;
    item.member.name = std::string_view{record.program}.substr(0, kernel_name_length);
  }
  return item;
}

result<void> decider::hook_order::arrange_all() {
  std::vector<chain_item> standing;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (all_[tag].stands && !all_[tag].leaves) standing.push_back(item_of(tag));
  }
  std::vector<chain_item> newcomers;
  for (const auto tag : newcomers_) newcomers.push_back(item_of(tag));
  auto arranged = arrange(of_.policies_, std::move(standing), newcomers);
  if (!arranged) {
    return std::move(arranged).error().about(fmt::format("{}", place_.hook->text()));
  }
  for (const auto& item : *arranged) target_.push_back(item.tag);
  return {};
}

// Whose links stay where they are.
result<void> decider::hook_order::choose_moves() {
  for (const auto tag : newcomers_) all_[tag].kept = false;
  for (auto& one : all_) {
    if (one.wanted && re_attaches(of_.at(*one.wanted).what)) one.kept = false;
  }
  if (appends_only()) return choose_appended();
  std::vector<std::size_t> now;
  std::vector<std::size_t> then;
  std::vector<bool> ours;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (!all_[tag].stands || all_[tag].leaves) continue;
    now.push_back(tag);
    ours.push_back(all_[tag].wanted.has_value());
  }
  for (const auto tag : target_) {
    if (all_[tag].stands) then.push_back(tag);
  }
  const auto kept = keep_most(now, then, ours);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!kept[i]) LINCHPIN_CHECK(move(now[i]));
  }
  return {};
}

// Who is attached at such a hook runs last. Of ours stay as many as run first and in order; the
// others are attached again, behind everybody.
result<void> decider::hook_order::choose_appended() {
  const auto first_wish = target_;
  const auto first_state = all_;
  std::vector<std::pair<change, cause>> first_changes;
  for (const auto& one : place_.claims) {
    first_changes.emplace_back(of_.at(one).what, of_.at(one).why);
  }
  LINCHPIN_CHECK(keep_in_order_among_ours());
  LINCHPIN_CHECK(check_newcomers());
  append_the_rest();
  if (check_settled()) return {};
  // The order among ours is not all that the policy looks at: they pass strangers as well.
  target_ = first_wish;
  all_ = first_state;
  for (std::size_t i = 0; i < first_changes.size(); ++i) {
    std::tie(of_.at(place_.claims[i]).what, of_.at(place_.claims[i]).why) = first_changes[i];
  }
  LINCHPIN_CHECK(keep_in_order_among_all());
  LINCHPIN_CHECK(check_newcomers());
  append_the_rest();
  return check_settled();
}

// Ours stay as long as they stand in the wanted order among themselves.
result<void> decider::hook_order::keep_in_order_among_ours() {
  std::vector<std::size_t> standing;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (all_[tag].stands && !all_[tag].leaves) standing.push_back(tag);
  }
  const auto position = [&standing](std::size_t tag) {
    return static_cast<std::size_t>(std::find(standing.begin(), standing.end(), tag) -
                                    standing.begin());
  };
  bool in_order = true;
  std::size_t last = 0;
  for (const auto tag : target_) {
    auto& one = all_[tag];
    if (!one.stands || one.ours == nullptr) continue;
    if (one.kept && in_order && position(tag) >= last) {
      last = position(tag);
    } else if (observes() || !one.kept) {
      in_order = !observes();
      if (one.kept) LINCHPIN_CHECK(move(tag));
    }
  }
  return {};
}

// Ours stay as long as they stand in the wanted order among everybody.
result<void> decider::hook_order::keep_in_order_among_all() {
  std::vector<std::size_t> now;
  std::vector<std::size_t> then;
  std::vector<bool> ours;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (!all_[tag].stands || all_[tag].leaves) continue;
    now.push_back(tag);
    ours.push_back(all_[tag].wanted.has_value());
  }
  for (const auto tag : target_) {
    if (all_[tag].stands) then.push_back(tag);
  }
  const auto kept = keep_most(now, then, ours);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!kept[i] && all_[now[i]].kept) LINCHPIN_CHECK(move(now[i]));
  }
  bool in_order = true;
  for (const auto tag : target_) {
    auto& one = all_[tag];
    if (!one.stands || one.ours == nullptr) continue;
    in_order = in_order && one.kept;
    if (!in_order && one.kept) LINCHPIN_CHECK(move(tag));
  }
  return {};
}

// Who is new cannot run before anybody who stays.
result<void> decider::hook_order::check_newcomers() {
  for (std::size_t i = 0; i < target_.size(); ++i) {
    if (all_[target_[i]].stands) continue;
    const bool followed =
        std::any_of(target_.begin() + static_cast<std::ptrdiff_t>(i), target_.end(),
                    [this](std::size_t tag) { return all_[tag].stands && all_[tag].kept; });
    if (!followed) continue;
    return about(*all_[target_[i]].wanted,
                 error{errc::unsupported, "order"}
                     .expected(fmt::format("place {} of {}", i + 1, target_.size()))
                     .found("a hook where this kernel can only append")
                     .advice("attach in run order, or run a kernel that orders this hook "
                             "(cgroup: 6.17)"));
  }
  return {};
}

// Whose links stay runs first, as it stands.
void decider::hook_order::append_the_rest() {
  const auto rest = std::stable_partition(target_.begin(), target_.end(), [this](std::size_t tag) {
    return all_[tag].stands && all_[tag].kept;
  });
  std::sort(target_.begin(), rest);  // tags count along the chain
}

// The order that appending gives must be one that the policy leaves alone.
result<void> decider::hook_order::check_settled() {
  if (!observes()) return {};
  std::vector<chain_item> reached;
  for (const auto tag : target_) reached.push_back(item_of(tag));
  LINCHPIN_TRY(const auto again, arrange(of_.policies_, reached, {}));
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (again[i].tag == target_[i]) continue;
    const auto& one = all_[again[i].tag];
    auto refused = error{errc::unsupported, "order"}
                       .expected(fmt::format("place {} of {}", i + 1, target_.size()))
                       .found("a hook where this kernel can only append");
    return one.wanted ? about(*one.wanted, std::move(refused))
                      : std::move(refused).about(place_.hook->text());
  }
  return {};
}

// A program that is taken out between two strangers who cannot be named does not come back between
// them: it runs last, and the plan says so.
result<void> decider::hook_order::give_way() {
  if (place_.abilities.order != order_ability::anchors || place_.seen->tells_links) return {};
  std::vector<std::size_t> last;
  for (std::size_t i = 1; i + 1 < target_.size(); ++i) {
    const auto& one = all_[target_[i]];
    const bool comes_back = one.stands && !one.kept && one.wanted &&
                            of_.at(*one.wanted).what == change::detach_then_attach &&
                            of_.at(*one.wanted).why != cause::moved;
    if (comes_back && !all_[target_[i - 1]].nameable && !all_[target_[i + 1]].nameable) {
      last.push_back(target_[i]);
    }
  }
  for (const auto tag : last) {
    std::erase(target_, tag);
    target_.push_back(tag);
  }
  return last.empty() ? result<void>{} : check_settled();
}

// No kernel moves a link. A second one is put in the right place before the first goes, so that
// no packet passes by; where the policy says recreate, the first goes first.
result<void> decider::hook_order::move(std::size_t tag, cause why) {
  auto& one = all_[tag];
  one.kept = false;
  if (!one.wanted) {
    return error{errc::unsupported, "order", place_.hook->text()}
        .expected("to move an attachment of ours that can be changed")
        .found(fmt::format("component {}, which is left as it is",
                           of_.seen_.components[one.ours->component].name));
  }
  auto& hook = of_.at(*one.wanted);
  const auto& running = of_.seen_.components[one.ours->component];
  if (running.attachments[one.ours->running].state == attachment_state::unreachable) {
    return about(*one.wanted, error{errc::permission_denied, "order"}
                                  .expected("a link that can be ended after its program moved")
                                  .found("its pin is gone, and opening it by its id takes "
                                         "CAP_SYS_ADMIN"));
  }
  const auto& program = running.record->attachments[one.ours->running].program;
  for (const auto& name : running.missing) {
    if (name != "program " + program) continue;
    return about(*one.wanted,
                 error{errc::permission_denied, "order"}
                     .expected("its program, to attach it at another place")
                     .found("the pin of the program is gone, and opening it by its id takes "
                            "CAP_SYS_ADMIN"));
  }
  if (!re_attaches(hook.what)) {
    const auto method =
        of_.policies_.update({of_.made_.components_[one.wanted->component].name,
                              hook.hook.family().name, hook.hook.on().name, place_.abilities});
    hook.what =
        method == update_method::recreate ? change::detach_then_attach : change::attach_then_detach;
  }
  hook.why = why;
  return {};
}

result<void> decider::hook_order::check_room() {
  if (place_.abilities.most == 0) return {};
  std::size_t most_at_once = all_.size() - newcomers_.size();
  const program_at* last = nullptr;
  for (const auto tag : target_) {
    const auto& one = all_[tag];
    if (one.kept && one.stands) continue;
    const bool gap = one.stands && of_.at(*one.wanted).what == change::detach_then_attach;
    if (!gap) ++most_at_once;
    last = &one;
  }
  if (last == nullptr || most_at_once <= place_.abilities.most) return {};
  return about(*last->wanted,
               error{errc::full, "order"}
                   .expected(fmt::format("at most {} programs at this hook", place_.abilities.most))
                   .found(fmt::format("{} at a time while the plan is carried out", most_at_once))
                   .advice("attach fewer at one hook, or let the old ones go first: "
                           "update::recreate"));
}

error decider::hook_order::about(const claim& one, error failed) const {
  return std::move(failed).about(fmt::format("component {}, {}, program {}",
                                             of_.made_.components_[one.component].name,
                                             of_.at(one).hook.text(), of_.at(one).program));
}

}  // namespace linchpin
