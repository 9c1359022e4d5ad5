// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/execution.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

const step_actions& actions_of(step_kind kind) noexcept {
#define LINCHPIN_ACTIONS(kind, ...) \
  case step_kind::kind:             \
    return kind##_actions;
  switch (kind) { LINCHPIN_EACH_STEP(LINCHPIN_ACTIONS) }
#undef LINCHPIN_ACTIONS
  return write_index_actions;
}

std::string subject_of(const execution& in, const step& which) {
  const auto& actions = actions_of(which.kind);
  if (actions.subject != nullptr) return actions.subject(in, which);
  if (which.change == no_index) return in.state.store.root();
  return fmt::format("component {}", in.changes[which.change].name);
}

namespace {

using index_by_slot = std::unordered_map<std::uint32_t, std::uint32_t>;

void index_slots(const component_record& record, index_by_slot& into) {
  for (std::uint32_t i = 0; i < record.attachments.size(); ++i) {
    into.emplace(record.attachments[i].slot, i);
  }
}

// The attachment in a slot of a record; null where none is, or it is not attached.
const attachment_record* attached_in(const component_record& record, const index_by_slot& at,
                                     std::uint32_t slot) {
  const auto found = at.find(slot);
  if (found == at.end()) return nullptr;
  const auto& attachment = record.attachments[found->second];
  return attachment.id == attachment_id{} ? nullptr : &attachment;
}

// The record of a component that this transaction does not change; null where there is none.
const component_record* unchanged_record(const execution& in, std::string_view component) {
  if (const auto* running = in.state.find(component); running != nullptr) return &running->record;
  // In a recovery nothing is adopted yet.
  const auto* found = in.store().find(component);
  return found != nullptr && found->record ? &*found->record : nullptr;
}

}  // namespace

chain_entry execution::resolve(const neighbour_record& neighbour) const {
  if (neighbour.component.empty()) return neighbour.entry;
  const auto change = change_at.find(neighbour.component);
  const auto* changing = change == change_at.end() ? nullptr : &changes[change->second];
  const auto* before =
      changing == nullptr ? unchanged_record(*this, neighbour.component) : changing->before;
  auto [known, fresh] = slots.try_emplace(neighbour.component);
  if (fresh) {
    if (before != nullptr) index_slots(*before, known->second.before);
    if (changing != nullptr) index_slots(changing->after, known->second.after);
  }
  const attachment_record* record = nullptr;
  if (changing != nullptr)
    record = attached_in(changing->after, known->second.after, neighbour.slot);
  if (record == nullptr && before != nullptr) {
    record = attached_in(*before, known->second.before, neighbour.slot);
  }
  if (record == nullptr) return {};
  const auto program =
      changing != nullptr ? changing->program_of(*record).id : expected_program(*before, *record);
  return {program, record->id.link, record->id.tc_priority, record->id.tc_handle, {}};
}

bool execution::has_failed(std::uint32_t change) const noexcept {
  return std::any_of(failed.begin(), failed.end(),
                     [change](const step_failure& failure) { return failure.change == change; });
}

namespace {

// The attachment that a step changes; null for a step that changes none.
const attachment_record* hook_changed(const execution& in, const step& which) noexcept {
  if (which.change == no_index) return nullptr;
  const auto& change = in.changes[which.change];
  switch (detail::facts_of(which.kind).changes) {
    case detail::changed_attachment::after:
      return &change.after.attachments[which.after];
    case detail::changed_attachment::before:
      return change.before == nullptr ? nullptr : &change.before->attachments[which.before];
    case detail::changed_attachment::none:
      break;
  }
  return nullptr;
}

bool at_another_hook(const attachment_record* left, const attachment_record* right) noexcept {
  return left != nullptr && right != nullptr &&
         (left->family != right->family || left->identity != right->identity);
}

// Whether a step failed because its hook is in a network namespace that this process cannot look
// into.
bool is_unseen(const execution& in, const step& which, const error& why) {
  const auto* hook = hook_changed(in, which);
  return hook != nullptr && traits_of(hook->identity.kind).scope == target_scope::in_a_netns &&
         (why.is(errc::conflict) || why.is(errc::permission_denied));
}

}  // namespace

bool execution::is_held_up(const step& which) const noexcept {
  return std::any_of(failed.begin(), failed.end(), [&](const step_failure& failure) {
    if (failure.change != which.change) return false;
    return !failure.unseen ||
           !at_another_hook(hook_changed(*this, *failure.unseen), hook_changed(*this, which));
  });
}

result<std::optional<chain>> chain_around(execution& in, const attachment_record& filter) {
  LINCHPIN_TRY(const auto at, point_of(filter));
  auto seen = in.kernel().query(at);
  if (seen) return std::optional{*std::move(seen)};
  if (says_gone(seen.error())) return std::optional<chain>{};
  return std::move(seen).error();
}

result<void> wait_before_ephemeral_goes(execution& in) {
  for (const auto& change : in.changes) {
    if (change.durable() || change.before == nullptr) continue;
    for (const auto& former : change.before->generations) {
      const bool goes = !change.stays || change.after.find_generation(former.number) == nullptr;
      if (goes) LINCHPIN_CHECK(wait_before_letting_go(in, former));
    }
  }
  return {};
}

result<void> check_target_gone(execution& in, const component_change& change,
                               const attachment_record& record, std::string_view operation) {
  LINCHPIN_TRY(const auto target, find_target(in.kernel(), record, change.map_of(record)));
  if (target == target_state::gone) return {};
  return error{errc::conflict, operation}
      .expected("a link that is attached")
      .found(target == target_state::stands
                 ? "one that somebody detached; its target is there"
                 : "one that is detached; whether its target is there cannot be told")
      .advice("observe and plan again");
}

result<void> execution::wait_for_stragglers() {
  if (waited) return {};
  LINCHPIN_CHECK(kernel().wait_grace_period());
  waited = true;
  return {};
}

namespace {

void tell(apply_observer* watching, const execution& in, step_event::kind what, const step& which,
          const error* why = nullptr) {
  if (watching == nullptr) return;
  step_event event{what, which, {}, 0, in.steps.size(), why};
  if (which.change != no_index) event.component = in.changes[which.change].name;
  watching->on(event);
}

void note_failure(execution& in, const step& which, error why, apply_observer* watching) {
  auto failed = std::move(why).about(subject_of(in, which));
  tell(watching, in, step_event::kind::failed, which, &failed);
  const bool unseen = is_unseen(in, which, failed);
  in.failed.push_back(
      {which.change, std::move(failed), unseen ? std::optional{which} : std::nullopt});
}

// Whether there is anything to undo, as far as the kernel says so itself. A step about which it
// does not answer is not undone blindly.
result<bool> may_be_done(execution& in, const step& which) {
  const auto& actions = actions_of(which.kind);
  if (actions.ask == nullptr || in.changes[which.change].before == nullptr) return true;
  LINCHPIN_TRY(const auto state, actions.ask(in, which));
  return state != step_state::not_done;
}

bool holds_up_all(const execution& in) noexcept {
  return std::any_of(in.failed.begin(), in.failed.end(),
                     [](const step_failure& failure) { return !failure.unseen; });
}

}  // namespace

void revert_steps(execution& in, std::span<const step> done, undoing how,
                  apply_observer* watching) {
  for (auto which = done.rbegin(); which != done.rend(); ++which) {
    const auto& actions = actions_of(which->kind);
    if (actions.revert == nullptr || in.is_held_up(*which)) continue;
    const bool waits = how == undoing::in_order && holds_up_all(in) &&
                       (which->change == no_index || in.changes[which->change].durable());
    if (waits) continue;
    const auto asked = may_be_done(in, *which);
    if (asked && !*asked) continue;
    if (!asked) {
      note_failure(in, *which, asked.error(), watching);
      continue;
    }
    const bool switches =
        which->kind == step_kind::swap_program || which->kind == step_kind::attach_program;
    if (switches) in.changes[which->change].may_have_run = true;
    if (auto reverted = actions.revert(in, *which); !reverted) {
      note_failure(in, *which, std::move(reverted).error(), watching);
      continue;
    }
    tell(watching, in, step_event::kind::reverted, *which);
  }
}

void record_restored(execution& in) {
  for (std::uint32_t i = 0; i < in.changes.size(); ++i) {
    const auto& change = in.changes[i];
    if (!change.before_changed || !change.durable()) continue;
    auto written = in.store().write_record(*change.before);
    // Also of a component that failed, whose new links are to be found again.
    if (written || in.has_failed(i)) continue;
    in.failed.push_back(
        {i, std::move(written).error().about(fmt::format("component {}", change.name))});
  }
}

void finish_steps(execution& in, std::span<const step> rest, apply_observer* watching) {
  for (const auto& which : rest) {
    if (in.is_held_up(which)) continue;
    if (auto performed = actions_of(which.kind).perform(in, which); !performed) {
      note_failure(in, which, std::move(performed).error(), watching);
      continue;
    }
    tell(watching, in, step_event::kind::performed, which);
  }
}

}  // namespace linchpin
