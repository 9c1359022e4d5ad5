// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/hook_order.hpp"

namespace linchpin::inline LINCHPIN_ABI {

result<void> decider::hook_order::decide() {
  auto made = decide_all();
  if (made || !blocked_) return made;
  of_.blocked_.push_back({blocked_->component, in_one_line(made.error())});
  return {};
}

result<void> decider::hook_order::decide_all() {
  LINCHPIN_CHECK(read_chain());
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

result<void> decider::hook_order::read_chain() {
  std::vector<bool> matched(place_.standing.size(), false);
  for (const auto& entry : place_.seen->entries) {
    auto& program = all_.emplace_back();
    program.entry = entry;
    program.stands = true;
    program.nameable = entry.link || entry.has_number() || place_.seen->tells_links;
    const auto* ours = match(entry, matched);
    if (ours == nullptr) continue;
    const auto& record = *of_.seen_.components[ours->component].record;
    program.ours = ours;
    program.wanted = ours->continues;
    program.leaves = ours->leaves;
    program.entry.link = record.attachments[ours->running].id.link;
    program.nameable = true;
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    if (!matched[i]) LINCHPIN_CHECK(check_stands(place_.standing[i]));
  }
  return {};
}

result<void> decider::hook_order::check_stands(const owned& ours) const {
  const auto& found = of_.seen_.components[ours.component].attachments[ours.running];
  const bool stood = found.state == attachment_state::live ||
                     found.state == attachment_state::altered ||
                     found.state == attachment_state::renamed;
  const bool matters =
      ours.continues && (observes() || of_.at(*ours.continues).what != change::keep);
  if (!stood || !matters) return {};
  return about(
      *ours.continues,
      error{errc::conflict, "order"}
          .expected(fmt::format("program {} in its chain, where it was seen to run a moment "
                                "ago",
                                found.program.value))
          .found("a chain without it: somebody has changed it in between")
          .advice("plan again"));
}

const decider::owned* decider::hook_order::match(const chain_entry& entry,
                                                 std::vector<bool>& matched) const {
  for (std::size_t i = 0; i < place_.standing.size(); ++i) {
    const auto& ours = place_.standing[i];
    const auto& seen = of_.seen_.components[ours.component];
    const auto& record = seen.record->attachments[ours.running];
    const auto& found = seen.attachments[ours.running];
    // What stands at the number of a filter that is lost is somebody else's, or another one of
    // ours.
    if (!has_link(record.how) && found.state == attachment_state::lost) continue;
    if (matched[i] || !same_attachment(entry, record.id, found.program)) continue;
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
  item.member.fixed = fixed(program);
  item.member.program = program.entry.program;
  item.member.link = program.stands ? program.entry.link : planned_link;
  item.member.name = program.entry.name;
  item.member.name_known = program.entry.name_known;
  if (program.wanted) {
    const auto& hook = of_.at(*program.wanted);
    say_ours(item.member, of_.made_.components_[program.wanted->component].name, hook.program,
             hook.priority);
  } else if (program.ours != nullptr) {
    // One that nobody may change at the moment: where its record says it belongs.
    const auto& component = of_.seen_.components[program.ours->component];
    const auto& record = component.record->attachments[program.ours->running];
    say_ours(item.member, component.name, record.program, record.priority);
  }
  return item;
}

void decider::hook_order::say_ours(chain_member& member, std::string_view component,
                                   std::string_view program, int priority) {
  member.ours = true;
  member.component = component;
  member.whole_name = program;
  member.priority = priority;
  member.name = program.substr(0, kernel_name_length);
  member.name_known = true;
}

result<void> decider::hook_order::arrange_all() {
  std::vector<chain_item> standing;
  for (std::size_t tag = 0; tag < all_.size(); ++tag) {
    if (remains(tag)) standing.push_back(item_of(tag));
  }
  std::vector<chain_item> requests;
  for (const auto tag : attach_requests_) requests.push_back(item_of(tag));
  LINCHPIN_TRY(target_, ask(std::move(standing), requests));
  // The policy leaves its own order alone.
  asked_ = answered_ = target_;
  return {};
}

result<std::vector<std::size_t>> decider::hook_order::ask(std::vector<chain_item> standing,
                                                          const std::vector<chain_item>& requests) {
  const chain_view view{.family = place_.hook->family().name, .target = place_.hook->on().name};
  std::optional<std::size_t> about;
  auto arranged = arrange(of_.policies_, view, standing, requests, about);
  if (arranged) return arranged;
  if (about && std::any_of(all_.begin(), all_.end(), fixed)) {
    // Were it not for those that must not move, there might be an order.
    for (auto& item : standing) item.member.fixed = false;
    std::optional<std::size_t> nobody;
    if (arrange(of_.policies_, view, standing, requests, nobody)) blocked_ = all_[*about].wanted;
  }
  return std::move(arranged).error().about(fmt::format("{}", place_.hook->text()));
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
  auto moves = fewest_moves(among_equal::keep_first);
  if (moves.empty() || place_.abilities.order != order_ability::priorities) return moves;
  // Numbers run out on the side to which programs move again and again.
  auto others = fewest_moves(among_equal::keep_last);
  return numbers_left(others) > numbers_left(moves) ? others : moves;
}

std::vector<std::size_t> decider::hook_order::fewest_moves(among_equal choice) const {
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
  const auto kept = keep_most(now, then, ours, choice);
  std::vector<std::size_t> moves;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!kept[i]) moves.push_back(now[i]);
  }
  return moves;
}

result<void> decider::hook_order::give_way() {
  if (place_.abilities.order != order_ability::anchors || place_.seen->tells_links) return {};
  std::vector<std::size_t> nameless;
  for (std::size_t i = 1; i + 1 < target_.size(); ++i) {
    const bool named = all_[target_[i - 1]].nameable || all_[target_[i + 1]].nameable;
    if (!named && comes_back(all_[target_[i]])) nameless.push_back(target_[i]);
  }
  if (nameless.empty()) return {};
  const auto wish = target_;
  for (const auto tag : nameless) {
    const auto stood = std::find(target_.begin(), target_.end(), tag);
    const auto named = std::find_if(stood + 1, target_.end(),
                                    [this](std::size_t other) { return all_[other].nameable; });
    std::rotate(stood, stood + 1, named);
  }
  if (check_settled()) return {};
  blocked_.reset();
  target_ = wish;
  for (const auto tag : nameless) {
    std::erase(target_, tag);
    target_.push_back(tag);
  }
  if (check_settled()) return {};
  const auto rank = std::find(wish.begin(), wish.end(), nameless.front()) - wish.begin();
  return about(*all_[nameless.front()].wanted, nothing_to_name(static_cast<std::size_t>(rank)));
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
  if (auto movable = check_movable(program); !movable) {
    blocked_ = program.wanted;
    return movable;
  }
  auto& hook = of_.at(*program.wanted);
  if (!re_attaches(hook.what)) {
    LINCHPIN_TRY(const auto choice,
                 of_.update_choice_of(of_.made_.components_[program.wanted->component], hook));
    const bool gap = choice.method == update_method::recreate;
    hook.what = gap ? change::detach_then_attach : change::attach_then_detach;
  }
  hook.why = why;
  return {};
}

result<void> decider::hook_order::check_movable(const program_at& program) const {
  const auto& running = of_.seen_.components[program.ours->component];
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
