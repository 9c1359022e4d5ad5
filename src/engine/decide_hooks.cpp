// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/decide.hpp"

namespace linchpin::inline LINCHPIN_ABI {

result<void> decider::plan_new(planned_attachment& into, const planned_component& whole,
                               const observed_component* running) {
  if (into.why == cause::target_gone) {
    const auto& on = into.hook.on();
    const auto kind = traits_of(on.kind).noun;
    return error{
        errc::not_found, "plan",
        fmt::format("component {}, {}, program {}", whole.name, into.hook.text(), into.program)}
        .expected(fmt::format("{} {}", kind, on.text()))
        .found(on.netns.empty()
                   ? fmt::format("no such {}", kind)
                   : fmt::format("no such {} there, or no such network namespace", kind))
        .advice("create it first, or leave this hook out of the desired state");
  }
  if (into.why != cause::target_back) {
    into.why = running == nullptr ? cause::first_start : cause::new_hook;
  }
  return choose_ways(into, whole);
}

namespace {

// The program that somebody put in the place of ours; absent where ours runs, or nothing tells.
program_id intruder_at(const component_record& of, std::size_t attachment,
                       const observed_attachment& found) {
  const bool looked_at =
      found.state == attachment_state::altered || found.state == attachment_state::elsewhere;
  const auto expected = expected_program(of, of.attachments[attachment]);
  return looked_at && found.program != expected ? found.program : program_id{};
}

void keep_as_it_is(planned_attachment& into) {
  into.what = change::keep;
  into.why = cause::unchanged;
  into.renumbered = false;
  into.left_to_others = true;
}

cause cause_of_keeping(const planned_component& whole, const observed_attachment& found) {
  const bool pinned = found.pinned || found.state == attachment_state::unreachable ||
                      whole.lifetime == lifetime_kind::ephemeral;
  return pinned ? cause::unchanged : cause::pin_lost;
}

}  // namespace

void decider::continue_running(planned_attachment& into, const observed_component& running) {
  const auto& record = running.record->attachments[*into.running];
  into.how = record.how;
  into.renumbered = record.priority != into.priority;
  // A name that means nothing: our link lives on at a target that was renamed, or it is gone.
  if (into.why == cause::target_gone) into.identity = record.identity;
}

// Waits for a target that is gone, unless our link lives on or its interface came back under
// another name.
// returns: whether there is nothing but to wait
bool decider::waits_for_target(planned_attachment& into, planned_component& whole,
                               const attachment_record& record, const observed_attachment& found) {
  const bool renamed = found.state == attachment_state::lost && !found.name.empty();
  if (into.why != cause::target_gone || runs(found.state) || renamed) return false;
  into.what = change::wait;
  into.renumbered = false;
  // The link without a target still holds the old program; let it go once.
  if (record.id != attachment_id{}) {
    whole.ends.push_back(ending_of(record, *into.running, cause::target_gone));
  }
  return true;
}

// Asks the drift policy about a program that somebody put in the place of ours.
// returns: whether that one stays
result<bool> decider::stays_altered(planned_attachment& into, const planned_component& whole,
                                    const observed_component& running) {
  const auto& found = running.attachments[*into.running];
  into.intruder = intruder_at(*running.record, *into.running, found);
  if (!into.intruder) return false;
  LINCHPIN_TRY(const bool stays,
               leaves_to_others(whole, running, running.record->attachments[*into.running],
                                drift_kind::replaced, into.intruder));
  if (stays) keep_as_it_is(into);
  return stays;
}

result<void> decider::plan_running(planned_attachment& into, planned_component& whole,
                                   const observed_component& running) {
  const auto& record = running.record->attachments[*into.running];
  const auto& found = running.attachments[*into.running];
  if (waits_for_target(into, whole, record, found)) return {};
  if (found.state == attachment_state::target_gone) {
    return plan_anew(into, whole, running, cause::target_back);
  }
  if (found.state == attachment_state::lost) {
    LINCHPIN_TRY(const bool stays,
                 leaves_to_others(whole, running, record, drift_kind::detached, {}));
    if (!stays) return plan_anew(into, whole, running, cause::link_lost);
    keep_as_it_is(into);
    return {};
  }
  if (out_of_sight(record, found)) {
    into.what = change::keep;
    into.why = cause_of_keeping(whole, found);
    into.renumbered = false;
    into.out_of_sight = true;
    leave_alone(whole, record, in_another_netns);
    return {};
  }
  LINCHPIN_TRY(const bool altered, stays_altered(into, whole, running));
  if (altered) return {};
  const auto offered = into.hook.mechanisms();
  if (std::find(offered.begin(), offered.end(), record.how) == offered.end()) {
    // A device in another network namespace: nothing else can be attached there.
    if (found.state != attachment_state::elsewhere) return plan_other_mechanism(into, whole);
    leave_alone(whole, record, in_another_netns);
  }
  // An attachment that was left alone for a while runs an older generation than its component.
  const bool behind = record.generation != whole.from;
  if (whole.builds() || record.program != into.program || behind) {
    into.why = cause::new_generation;
    return {};
  }
  plan_repair(into, whole, found);
  return {};
}

result<void> decider::plan_anew(planned_attachment& into, planned_component& whole,
                                const observed_component& running, cause why) {
  const std::size_t index = *into.running;
  into.what = change::attach;
  into.why = why;
  into.running.reset();
  into.renumbered = false;
  const auto& record = running.record->attachments[index];
  // A lost filter leaves nothing to end. Its successor may get its priority and handle, and must
  // not be ended.
  if (has_link(record.how) || why != cause::link_lost) {
    whole.ends.push_back(
        ending_of(record, index, why == cause::target_back ? cause::target_gone : why));
  }
  return choose_ways(into, whole);
}

result<void> decider::plan_other_mechanism(planned_attachment& into,
                                           const planned_component& whole) {
  LINCHPIN_CHECK(choose_ways(into, whole));
  const bool exclusive = into.hook.abilities(into.how, seen_.facts).exclusive;
  into.what = exclusive ? change::detach_then_attach : change::attach_then_detach;
  into.why = cause::other_mechanism;
  return {};
}

result<void> decider::plan_generation(planned_attachment& into, const planned_component& whole,
                                      const observed_attachment& found) {
  LINCHPIN_CHECK(choose_change(into, whole));
  // The interface is in another network namespace, where only the link can be reached.
  if (found.state == attachment_state::elsewhere) {
    into.what = change::update;
    into.overlap_us = 0;
  }
  return {};
}

// Plans an attachment that nobody asks to change: it is kept, unless somebody else changed it.
void decider::plan_repair(planned_attachment& into, const planned_component& whole,
                          const observed_attachment& found) const {
  if (into.intruder) {
    // One compare-and-swap takes the hook back where it can swap. An attachment in another network
    // namespace can be reached in no other way.
    const bool swaps = found.state == attachment_state::elsewhere ||
                       into.hook.abilities(into.how, seen_.facts).update != update_ability::none;
    into.what = swaps ? change::update : change::detach_then_attach;
    into.why = cause::altered;
    return;
  }
  into.what = change::keep;
  into.why = cause_of_keeping(whole, found);
}

}  // namespace linchpin
