// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/orchestrator_state.hpp"
#include "engine/pins.hpp"
#include "engine/recover.hpp"
#include "engine/take_over.hpp"

// What an orchestrator mends before it does what it was asked for.
namespace linchpin::inline LINCHPIN_ABI {

// Repairs what an earlier call left neither finished nor undone, before anything else is done.
// Ephemeral components have no records and are kept. Unfinished changes of single components are
// tried again.
result<void> orchestrator_core::repair(bool unfinished_too) {
  if (state_ == nullptr) return moved_from();
  auto& running = state_->running;
  LINCHPIN_CHECK(running.store.check());
  if (running.adopted && !running.store.has_journal()) {
    if (running.unfinished.empty() || !unfinished_too) return {};
    auto told = retry_unfinished(running);
    if (told.empty()) return {};
    running.serial = next_state_serial();
    state_->recovered = std::move(told);
    return {};
  }
  running.serial = next_state_serial();
  LINCHPIN_CHECK(running.store.reload());
  settle_doubt(running);
  LINCHPIN_TRY(state_->recovered, recover(running));
  return adopt(running);
}

// Notes the present names and numbers of targets. They change nothing in the kernel and are
// recorded with the next change; the name is needed once it means nothing any more.
void orchestrator_core::note_targets(const class plan& what) {
  for (const auto& seen : what.seen().components) {
    auto* running = state_->running.find(seen.name);
    if (running == nullptr) continue;
    for (std::size_t i = 0; i < seen.attachments.size(); ++i) {
      const auto& now = seen.attachments[i].now;
      if (now) running->record.attachments[i].identity = *now;
    }
  }
  for (const auto& planned : what.components()) {
    auto* running = state_->running.find(planned.name);
    if (running == nullptr || planned.changes()) continue;
    for (const auto& hook : planned.attachments) {
      if (!hook.running) continue;
      running->record.attachments[*hook.running].target = hook.hook.on().name;
      running->record.attachments[*hook.running].netns = hook.hook.on().netns;
    }
  }
}

// Writes damaged records of the store again, from what is known of what runs. A record that cannot
// be written stays a problem of its component.
result<void> orchestrator_core::heal() {
  auto& running = state_->running;
  for (auto& component : running.components) {
    if (component.unpinned.empty() && component.record_problems.empty()) continue;
    if (running.find_unfinished(component.record.name) != nullptr) continue;
    if (!component.unpinned.empty()) LINCHPIN_CHECK(pin_again(running, component));
    if (component.record_problems.empty()) continue;
    LINCHPIN_CHECK(running.store.check());
    const auto left_out = running.store.write_record(component.record);
    if (!left_out) continue;
    component.record_problems.clear();
    for (const auto& path : *left_out) component.record_problems.push_back(taken_by_others(path));
  }
  if (running.problems.empty()) return {};
  if (running.store.journal_damaged()) LINCHPIN_CHECK(running.store.clear_journal());
  manifest index{running.last_transaction, running.policies, {}};
  for (const auto& component : running.components) {
    if (component.lifetime == lifetime_kind::durable)
      index.components.push_back(component.record.name);
  }
  for (const auto& lost : running.unrecorded) index.components.push_back(lost.name);
  LINCHPIN_CHECK(running.store.write_index(index));
  // A pin of somebody else in the place of a record, and a leftover that cannot be removed, stay
  // problems.
  LINCHPIN_CHECK(running.store.reload());
  LINCHPIN_CHECK(running.store.remove_unpublished());
  running.problems = running.store.problems();
  return {};
}

}  // namespace linchpin
