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
  collect_attach_requests();
  LINCHPIN_CHECK(arrange_all());
  LINCHPIN_CHECK(choose_moves());
  LINCHPIN_CHECK(give_way());
  LINCHPIN_CHECK(check_room());
  const std::size_t places = of_.made_.places_.size();
  for (;;) {
    LINCHPIN_TRY(const bool fits, write_steps());
    if (fits) break;
    // Somebody moves to make room, which takes other steps.
    forget_steps(places);
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
    auto& program = all_.emplace_back();
    program.entry = entry;
    program.stands = true;
    program.nameable = entry.link || entry.tc_handle != 0 || place_.seen->tells_links;
    const auto* ours = match(entry, matched);
    if (ours == nullptr) continue;
    const auto& record = *of_.seen_.components[ours->component].record;
    program.ours = ours;
    program.wanted = ours->continues;
    program.leaves = ours->leaves;
    program.entry.link = record.attachments[ours->running].id.link;
    program.nameable = true;
  }
}

const decider::owned* decider::hook_order::match(const chain_entry& entry,
                                                 std::vector<bool>& matched) const {
  for (std::size_t i = 0; i < place_.standing.size(); ++i) {
    const auto& ours = place_.standing[i];
    const auto& seen = of_.seen_.components[ours.component];
    if (matched[i] || !same_attachment(entry, seen.record->attachments[ours.running].id,
                                       seen.attachments[ours.running].program)) {
      continue;
    }
    matched[i] = true;
    return &ours;
  }
  return nullptr;
}

void decider::hook_order::collect_attach_requests() {
  std::vector<claim> requests;
  for (const auto& request : place_.claims) {
    const bool stands = std::any_of(all_.begin(), all_.end(), [&](const program_at& program) {
      return program.wanted && program.wanted->component == request.component &&
             program.wanted->attachment == request.attachment;
    });
    if (!stands && comes(of_.at(request).what)) requests.push_back(request);
  }
  std::stable_sort(requests.begin(), requests.end(), [this](const claim& left, const claim& right) {
    return sequence_at(left) < sequence_at(right);
  });
  for (const auto& request : requests) {
    attach_requests_.push_back(all_.size());
    all_.emplace_back().wanted = request;
  }
}

attach_sequence decider::hook_order::sequence_at(const claim& request) const {
  return sequence_of(observes(), of_.made_.components_[request.component], of_.at(request));
}

chain_item decider::hook_order::item_of(std::size_t tag) const {
  const auto& program = all_[tag];
  chain_item item;
  item.tag = tag;
  item.member.program = program.entry.program;
  item.member.link = program.stands ? program.entry.link : planned_link;
  item.member.name = program.entry.name;
  if (program.wanted) {
    const auto& hook = of_.at(*program.wanted);
    item.program = hook.program;
    item.member.ours = true;
    item.member.component = of_.made_.components_[program.wanted->component].name;
    item.member.priority = hook.priority;
    item.member.name = std::string_view{hook.program}.substr(0, kernel_name_length);
    return item;
  }
  return program.ours == nullptr ? item : item_of_ours(*program.ours, item);
}

// One that nobody may change at the moment: where its record says it belongs.
chain_item decider::hook_order::item_of_ours(const owned& ours, chain_item item) const {
  const auto& component = of_.seen_.components[ours.component];
  const auto& record = component.record->attachments[ours.running];
  item.program = record.program;
  item.member.ours = true;
  item.member.component = component.name;
  item.member.priority = record.priority;
  item.member.name = std::string_view{record.program}.substr(0, kernel_name_length);
  return item;
}

result<void> decider::hook_order::arrange_all() {
  std::vector<chain_item> standing;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (remains(tag)) standing.push_back(item_of(tag));
  }
  std::vector<chain_item> requests;
  for (const auto tag : attach_requests_) requests.push_back(item_of(tag));
  auto arranged = arrange(of_.policies_, std::move(standing), requests);
  if (!arranged) {
    return std::move(arranged).error().about(fmt::format("{}", place_.hook->text()));
  }
  for (const auto& item : *arranged) target_.push_back(item.tag);
  // It has been asked until it left this order alone.
  asked_ = answered_ = target_;
  return {};
}

result<void> decider::hook_order::choose_moves() {
  for (const auto tag : attach_requests_) all_[tag].kept = false;
  for (auto& program : all_) {
    if (program.wanted && re_attaches(of_.at(*program.wanted).what)) program.kept = false;
  }
  if (appends_only()) return choose_appended();
  for (const auto tag : fewest_moves()) LINCHPIN_CHECK(move(tag));
  return {};
}

std::vector<std::size_t> decider::hook_order::fewest_moves() const {
  std::vector<std::size_t> now;
  std::vector<std::size_t> then;
  std::vector<bool> ours;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (!remains(tag)) continue;
    now.push_back(tag);
    ours.push_back(all_[tag].wanted.has_value());
  }
  for (const auto tag : target_) {
    if (all_[tag].stands) then.push_back(tag);
  }
  const auto kept = keep_most(now, then, ours);
  std::vector<std::size_t> moves;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!kept[i]) moves.push_back(now[i]);
  }
  return moves;
}

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
  // The order among ours is not all that the policy looks at: they pass strangers as well.
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
    if (!program.stands || program.ours == nullptr) continue;
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
    if (!program.stands || program.ours == nullptr) continue;
    in_order = in_order && program.kept;
    if (!in_order && program.kept) LINCHPIN_CHECK(move(tag));
  }
  return {};
}

result<void> decider::hook_order::check_attach_requests() const {
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

void decider::hook_order::append_the_rest() {
  const auto rest = std::stable_partition(target_.begin(), target_.end(), [this](std::size_t tag) {
    return all_[tag].stands && all_[tag].kept;
  });
  std::sort(target_.begin(), rest);  // tags count along the chain
}

result<void> decider::hook_order::check_settled() {
  if (!observes()) return {};
  // Another chain than any that the policy has seen is another question; the same one is not asked
  // again.
  if (target_ != asked_) {
    std::vector<chain_item> reached;
    for (const auto tag : target_) reached.push_back(item_of(tag));
    LINCHPIN_TRY(const auto again, arrange(of_.policies_, std::move(reached), {}));
    asked_ = target_;
    answered_.clear();
    for (const auto& item : again) answered_.push_back(item.tag);
  }
  for (std::size_t i = 0; i < target_.size(); ++i) {
    if (answered_[i] == target_[i]) continue;
    const auto& program = all_[answered_[i]];
    auto refused = error{errc::unsupported, "order"}
                       .expected(fmt::format("place {} of {}", i + 1, target_.size()))
                       .found("a hook where this kernel can only append");
    return program.wanted ? about(*program.wanted, std::move(refused))
                          : std::move(refused).about(place_.hook->text());
  }
  return {};
}

result<void> decider::hook_order::give_way() {
  if (place_.abilities.order != order_ability::anchors || place_.seen->tells_links) return {};
  std::vector<std::size_t> last;
  for (std::size_t i = 1; i + 1 < target_.size(); ++i) {
    const bool named = all_[target_[i - 1]].nameable || all_[target_[i + 1]].nameable;
    if (!named && comes_back(all_[target_[i]])) last.push_back(target_[i]);
  }
  for (const auto tag : last) {
    std::erase(target_, tag);
    target_.push_back(tag);
  }
  return last.empty() ? result<void>{} : check_settled();
}

// Whether it is taken out and attached again where it stood.
bool decider::hook_order::comes_back(const program_at& program) const {
  if (!program.stands || program.kept || !program.wanted) return false;
  const auto& hook = of_.at(*program.wanted);
  return hook.what == change::detach_then_attach && hook.why != cause::moved;
}

result<void> decider::hook_order::move(std::size_t tag, cause why) {
  auto& program = all_[tag];
  program.kept = false;
  LINCHPIN_CHECK(check_movable(program));
  auto& hook = of_.at(*program.wanted);
  if (!re_attaches(hook.what)) {
    const auto method =
        of_.update_method_of(of_.made_.components_[program.wanted->component].name, hook);
    hook.what =
        method == update_method::recreate ? change::detach_then_attach : change::attach_then_detach;
  }
  hook.why = why;
  return {};
}

result<void> decider::hook_order::check_movable(const program_at& program) const {
  const auto& running = of_.seen_.components[program.ours->component];
  if (!program.wanted) {
    return error{errc::unsupported, "order", place_.hook->text()}
        .expected("to move an attachment of ours that can be changed")
        .found(fmt::format("component {}, which is left as it is", running.name));
  }
  if (running.attachments[program.ours->running].state == attachment_state::unreachable) {
    return about(*program.wanted, error{errc::permission_denied, "order"}
                                      .expected("a link that can be ended after its program moved")
                                      .found("its pin is gone, and opening it by its id takes "
                                             "CAP_SYS_ADMIN"));
  }
  const auto& name = running.record->attachments[program.ours->running].program;
  const auto& missing = running.missing;
  if (std::find(missing.begin(), missing.end(), "program " + name) == missing.end()) return {};
  return about(*program.wanted,
               error{errc::permission_denied, "order"}
                   .expected("its program, to attach it at another place")
                   .found("the pin of the program is gone, and opening it by its id takes "
                          "CAP_SYS_ADMIN"));
}

result<void> decider::hook_order::check_room() const {
  if (place_.abilities.most == 0) return {};
  std::size_t most_at_once = all_.size() - attach_requests_.size();
  const program_at* last = nullptr;
  for (const auto tag : target_) {
    const auto& program = all_[tag];
    if (program.kept && program.stands) continue;
    const bool gap = program.stands && of_.at(*program.wanted).what == change::detach_then_attach;
    if (!gap) ++most_at_once;
    last = &program;
  }
  if (last == nullptr || most_at_once <= place_.abilities.most) return {};
  return about(*last->wanted,
               error{errc::full, "order"}
                   .expected(fmt::format("at most {} programs at this hook", place_.abilities.most))
                   .found(fmt::format("{} at a time while the plan is carried out", most_at_once))
                   .advice("attach fewer at one hook, or let the old ones go first: "
                           "update::recreate"));
}

error decider::hook_order::about(const claim& whom, error failed) const {
  return std::move(failed).about(fmt::format("component {}, {}, program {}",
                                             of_.made_.components_[whom.component].name,
                                             of_.at(whom).hook.text(), of_.at(whom).program));
}

}  // namespace linchpin
