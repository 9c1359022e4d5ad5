// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"
#include "engine/decide.hpp"

// What a plan leaves as it is, and what is left over.
namespace linchpin::inline LINCHPIN_ABI {

planned_end ending_of(const attachment_record& record, std::size_t index, cause why) {
  return {index, why, record.program, hook_of(record)};
}

result<bool> decider::leaves_to_others(const planned_component& whole,
                                       const observed_component& running,
                                       const attachment_record& record, drift_kind what,
                                       program_id intruder) {
  if (running.half_undone) return false;
  const auto target = target_of(record).text();
  const drift_view found{whole.name, record.program, record.family, target, what, intruder};
  LINCHPIN_TRY(const auto action, answered(policies_.drift(found), policies_, slot::drift, [&] {
                 return fmt::format("component {}, {}", whole.name, subject_of(record));
               }));
  if (action == drift_action::take_back) return false;
  made_.notes_.push_back(
      fmt::format("{}: {}: {}; left so [{}]", whole.name, subject_of(record),
                  what == drift_kind::detached
                      ? std::string{"somebody detached it"}
                      : fmt::format("somebody put program {} in its place", intruder.value),
                  policies_.id(slot::drift)));
  return true;
}

// Whether an attachment is in a network namespace that this process is not in and that its path does not
// lead to: a service that was started again elsewhere must not touch it.
bool decider::out_of_sight(const attachment_record& record,
                           const observed_attachment& found) const noexcept {
  const auto& at = record.identity;
  const auto scope = traits_of(at.kind).scope;
  const bool other_netns =
      (scope == target_scope::in_a_netns && at.netns != seen_.netns_of(record)) ||
      (scope == target_scope::is_a_netns && record.target.empty() && at.id != seen_.own_netns.id);
  return other_netns && found.state != attachment_state::target_gone &&
         found.state != attachment_state::lost;
}

void decider::leave_alone(planned_component& whole, const attachment_record& record,
                          std::string_view why) {
  whole.why_left_alone.push_back(fmt::format("{}: {}", subject_of(record), why));
  made_.notes_.push_back(
      fmt::format("{}: {} is left alone: {}", whole.name, subject_of(record), why));
}

// Names that mean another target than before, at which a program is attached anew.
decider::names_at_hooks decider::names_come_back(const planned_component& whole) {
  names_at_hooks back;
  for (const auto& attachment : whole.attachments) {
    if (attachment.what != change::attach || attachment.why != cause::target_back) continue;
    back.emplace(attachment.hook.family().name, attachment.hook.on().text());
  }
  return back;
}

// What runs and is not asked for ends, unless it is out of this process's sight or reach.
void decider::plan_left_over(planned_component& into, const observed_component& running,
                             std::size_t index, const names_at_hooks& back) {
  const auto& record = running.record->attachments[index];
  const auto& found = running.attachments[index];
  const bool name_means_another = back.contains({record.family, target_of(record).text()});
  // Of a filter nothing is left to hold on to once its path means another network namespace.
  const bool lost_with_its_netns =
      name_means_another && !record.netns.empty() && !has_link(record.how);
  const bool unseen = out_of_sight(record, found) && !lost_with_its_netns;
  if (unseen || found.state == attachment_state::unknown_hook ||
      found.state == attachment_state::unreachable) {
    into.left_alone.push_back(index);
    leave_alone(into, record, unseen ? in_another_netns : text(found.state));
    return;
  }
  // The map of the former generation goes on until this one has come.
  const bool stands = traits_of(record.identity.kind).scope == target_scope::in_the_component;
  const auto another = stands ? cause::target_back : cause::target_gone;
  into.ends.push_back(ending_of(record, index, name_means_another ? another : cause::unwanted));
}

}  // namespace linchpin
