// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/transaction.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/step_facts.hpp"
#include "engine/take_over.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

bool switches_a_hook(step_kind kind) noexcept {
  return kind == step_kind::attach_program || kind == step_kind::swap_program;
}

}  // namespace

std::vector<component_record> transaction::records_of(const plan& what) {
  std::vector<component_record> made;
  made.reserve(what.components_.size());
  for (const auto& component : what.components_) made.push_back(component.after);
  return made;
}

std::vector<component_record> transaction::take_records(plan& what) {
  std::vector<component_record> made;
  made.reserve(what.components_.size());
  for (auto& component : what.components_) made.push_back(std::move(component.after));
  return made;
}

transaction::transaction(running_state& state, const decisions& policies, const plan& what,
                         std::vector<component_record> after, apply_observer* watching)
    : state_(state), policies_(policies), plan_(what), watching_(watching), in_(state) {
  in_.changes.reserve(what.changes_.size());
  // Reserve room for components that start for the first time now: changes point at the components
  // that run.
  state_.components.reserve(state_.components.size() + what.components_.size());
  for (const auto& change : what.changes_) {
    if (change.removed) {
      add_removal(what.removed_[change.index]);
    } else {
      add_change(what.components_[change.index], std::move(after[change.index]));
    }
  }
  for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
    in_.change_at.emplace(in_.changes[i].name, i);
    journals_ = journals_ || in_.changes[i].durable();
  }
  in_.steps = what.steps_;
  in_.places = what.places_;
  in_.chains = what.chains_;
  const auto committed = std::find_if(in_.steps.begin(), in_.steps.end(),
                                      [](const step& step) { return after_commit(step.kind); });
  before_commit_ = static_cast<std::size_t>(committed - in_.steps.begin());
  for (const auto& component : what.components_) {
    for (const auto& why : component.why_left_alone) {
      in_.leave_alone(fmt::format("component {}, {}", component.name, why));
    }
    for (const auto& why : component.held_back) {
      in_.report.held_back.push_back(fmt::format("component {}: {}", component.name, why));
    }
  }
}

void transaction::add_change(const planned_component& planned, component_record after) {
  auto& added = in_.changes.emplace_back();
  added.name = planned.name;
  added.lifetime = planned.lifetime;
  added.planned = &planned;
  added.after = std::move(after);
  added.after.serial = state_.last_transaction + 1;
  auto* running = state_.find(planned.name);
  added.is_new = running == nullptr;
  if (running != nullptr) {
    added.before = &running->record;
    added.running = running;
  }
  if (!added.durable()) added.links.resize(added.after.attachments.size());
  for (const auto& hook : planned.attachments) {
    if (hook.what == change::wait) ++in_.report.gone;
  }
}

void transaction::add_removal(const std::string& name) {
  auto& change = in_.changes.emplace_back();
  auto* running = state_.find(name);
  change.name = name;
  change.stays = false;
  change.lifetime = running->lifetime;
  change.before = &running->record;
  change.running = running;
}

result<apply_report> transaction::run() {
  if (auto tried = perform_or_undo(); !tried) return roll_back(std::move(tried).error());
  try {
    return commit();
  } catch (...) {
    state_.adopted = false;
    throw;
  }
}

// Undoes what was begun before an exception leaves: memory may run out, and policies and observers
// are the user's code.
result<void> transaction::perform_or_undo() {
  try {
    LINCHPIN_CHECK(perform_up_to_the_commit());
    successor_ = prepare_successor(in_);
    // Nothing may fail for want of memory once the journal is written.
    if (journals_) doubt_ = std::make_shared<doubtful_commit>();
    if (journals_ && state_.policies != plan_.policies_) next_policies_ = plan_.policies_;
    return {};
  } catch (...) {
    const bool adopted = std::exchange(state_.adopted, false);
    const auto undone = roll_back(error{errc::failed, "apply"});
    state_.adopted = adopted && undone.is(outcome::rolled_back);
    throw;
  }
}

result<apply_report> transaction::commit() {
  if (auto committed = commit_journal(); !committed) {
    if (!committed.error().is(errc::in_doubt)) return roll_back(std::move(committed).error());
    return stranded(std::move(committed).error(),
                    "the new generation, everywhere, but it may not be committed", "finds out");
  }
  if (watching_ != nullptr) {
    const step last = before_commit_ == 0 ? step{} : in_.steps[before_commit_ - 1];
    watching_->on(
        {step_event::kind::committed, last, {}, before_commit_, in_.steps.size(), nullptr});
  }
  auto finished = finish();
  take_over();
  in_.report.left_alone = std::move(in_.left_alone);
  if (finished) return std::move(in_.report);
  return stranded(std::move(finished).error(),
                  "the new generation, everywhere; only leftovers remain", "removes them");
}

result<void> transaction::commit_journal() {
  if (!journals_) return {};
  const auto in_doubt = [&]() noexcept {
    doubt_->keep(std::move(in_), std::move(successor_.handed), before_commit_);
    state_.doubt = std::move(doubt_);
  };
  try {
    auto committed = write_journal(journal_phase::committed);
    if (!committed && committed.error().is(errc::in_doubt)) in_doubt();
    return committed;
  } catch (...) {
    in_doubt();
    throw;
  }
}

result<void> transaction::finish() {
  try {
    finish_steps(in_, std::span{in_.steps}.subspan(before_commit_), watching_);
    const auto waited = wait_before_ephemeral_goes(in_);
    if (!in_.failed.empty()) return in_.failed.front().why;
    LINCHPIN_CHECK(waited);
    return journaled_ ? state_.store.clear_journal() : result<void>{};
  } catch (...) {
    take_over();
    throw;
  }
}

void transaction::take_over() noexcept {
  linchpin::take_over(in_, successor_);
  if (journals_) {
    state_.last_transaction += 1;
    if (next_policies_) state_.policies = *std::move(next_policies_);
  }
  state_.serial = next_state_serial();
}

error transaction::stranded(error cause, std::string_view running,
                            std::string_view next_call) const {
  state_.adopted = false;
  return std::move(cause)
      .ended(outcome::stranded)
      .still_running(running)
      .advice(how_to_repair(state_, next_call));
}

result<void> transaction::perform_up_to_the_commit() {
  for (std::size_t i = 0; i < before_commit_; ++i) {
    const auto& which = in_.steps[i];
    // From here on a death leaves something behind.
    if (journals_ && !journaled_ && detail::facts_of(which.kind).in_journal) {
      LINCHPIN_CHECK(write_journal(journal_phase::intent));
    }
    LINCHPIN_CHECK(perform(which, i + 1));
  }
  return {};
}

result<void> transaction::perform(const step& which, std::size_t number) {
  const auto& actions = actions_of(which.kind);
  const auto counted = in_.report;
  for (std::uint32_t attempt = 1;; ++attempt) {
    // Noted before the first call, since a call that fails may have taken effect all the same.
    begun_ = number;
    auto performed = actions.perform(in_, which);
    if (performed) break;
    auto failed = std::move(performed).error().about(subject_of(in_, which));
    if (watching_ != nullptr) {
      watching_->on({step_event::kind::failed, which,
                     which.change == no_index ? std::string_view{} : in_.changes[which.change].name,
                     number, in_.steps.size(), &failed});
    }
    const auto chosen = ask(which, failed, attempt);
    if (chosen.action == recovery_action::degrade && which.change != no_index) {
      given_up_ = in_.changes[which.change].name;
    }
    if (chosen.action != recovery_action::retry) return failed;
    if (actions.revert != nullptr && !actions.revert(in_, which)) return failed;
    in_.report = counted;
    in_.kernel().pause(std::min(chosen.wait_us, longest_wait_before_retry_us));
  }
  if (switches_a_hook(which.kind)) ++switched_;
  if (watching_ != nullptr) {
    watching_->on({step_event::kind::performed, which,
                   which.change == no_index ? std::string_view{} : in_.changes[which.change].name,
                   number, in_.steps.size(), nullptr});
  }
  return {};
}

recovery_answer transaction::ask(const step& which, const error& failed,
                                 std::uint32_t attempt) const {
  const std::string_view component =
      which.change == no_index ? std::string_view{} : in_.changes[which.change].name;
  const auto chosen = policies_.recover({component, actions_of(which.kind).name, failed.os_error(),
                                         failed.condition(), failed.retryable(), attempt});
  if (chosen.action != recovery_action::retry) return chosen;
  // A second call would find what the first one left in the maps: the next attempt has a generation of its
  // own.
  if (which.kind == step_kind::prepare_generation) return {recovery_action::roll_back};
  const bool may_try_again = failed.retryable() && attempt < most_attempts_of_a_step;
  return may_try_again ? chosen : recovery_answer{recovery_action::roll_back};
}

void transaction::fill_index() {
  auto& into = in_.index;
  into.policies = plan_.policies_;
  for (const auto& component : state_.components) {
    if (component.lifetime != lifetime_kind::durable) continue;
    const auto found = in_.change_at.find(component.record.name);
    if (found == in_.change_at.end() || in_.changes[found->second].stays) {
      into.components.push_back(component.record.name);
    }
  }
  for (const auto& lost : state_.unrecorded) into.components.push_back(lost.name);
  for (const auto& change : in_.changes) {
    if (change.durable() && change.before == nullptr) into.components.push_back(change.name);
  }
}

result<void> transaction::write_journal(journal_phase phase) {
  if (!journaled_) {
    if (state_.store.journal_damaged()) LINCHPIN_CHECK(state_.store.clear_journal());
    in_.index.serial = state_.last_transaction + 1;
    if (in_.steps.back().kind == step_kind::write_index) fill_index();
    draft_ = draft_of(in_);
    draft_.policies = plan_.policies_;
  }
  draft_.phase = phase;
  // Counted as written even if the answer is an error: it may be there.
  journaled_ = true;
  return state_.store.write_journal(draft_);
}

namespace {

journal_draft::change draft_of(const component_change& change) {
  journal_draft::change made{
      change.name, change.before != nullptr, change.stays, &change.after, {}};
  // The ids of generations that retire prove them ours; from the commit on no record has them.
  if (change.before != nullptr) {
    for (const auto& former : change.before->generations) {
      if (change.after.find_generation(former.number) == nullptr) made.others.push_back(&former);
    }
  }
  if (change.twin) made.others.push_back(&*change.twin);
  return made;
}

}  // namespace

journal_draft draft_of(const execution& in) {
  journal_draft made;
  made.serial = in.index.serial;
  std::vector<std::uint32_t> number(in.changes.size(), no_index);
  for (std::size_t i = 0; i < in.changes.size(); ++i) {
    if (!in.changes[i].durable()) continue;
    number[i] = static_cast<std::uint32_t>(made.changes.size());
    made.changes.push_back(draft_of(in.changes[i]));
  }
  made.steps.reserve(in.steps.size());
  for (const auto& which : in.steps) {
    if (!detail::facts_of(which.kind).in_journal) continue;
    if (which.change != no_index && number[which.change] == no_index) continue;
    auto& step = made.steps.emplace_back();
    step.kind = static_cast<std::uint8_t>(which.kind);
    step.change = which.change == no_index ? no_index : number[which.change];
    step.first = which.before;
    step.second = which.after;
    step.number = which.number;
    if (which.place == no_index) continue;
    step.left = &in.places[which.place].left;
    step.right = &in.places[which.place].right;
  }
  return made;
}

error transaction::roll_back(error cause) {
  revert_steps(in_, std::span{in_.steps}.first(begun_), undoing::in_order, watching_);
  record_restored(in_);
  std::vector<std::string> stuck;
  for (const auto& failure : in_.failed) stuck.push_back(failure.why.message());
  if (stuck.empty() && journaled_) {
    if (auto cleared = state_.store.clear_journal(); !cleared) {
      stuck.push_back(cleared.error().message());
    }
  }
  for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
    auto* running = state_.find(in_.changes[i].name);
    if (running && (in_.changes[i].half_undone || in_.has_failed(i))) running->half_undone = true;
    // Undoing made other links: plans that were made before must be refused.
    if (in_.changes[i].before_changed) state_.serial = next_state_serial();
  }
  const auto runs = what_runs();
  if (!stuck.empty()) {
    state_.adopted = false;
    return std::move(cause)
        .ended(outcome::stranded)
        .still_running(runs)
        .and_then(fmt::format("undoing failed too: {}", fmt::join(stuck, "\n")))
        .advice(how_to_repair(state_, "repairs it"));
  }
  const auto undone =
      switched_ == 0 ? std::string{"no hook had been switched"}
      : switched_ == 1
          ? std::string{"1 hook was switched and has been switched back"}
          : fmt::format("{} hooks were switched and have been switched back", switched_);
  auto told = std::move(cause).ended(outcome::rolled_back);
  if (in_.not_restored.empty()) {
    return std::move(told).still_running(fmt::format("{}; {}", runs, undone));
  }
  return std::move(told)
      .still_running(fmt::format("{}; {}; but {}", runs, undone, fmt::join(in_.not_restored, "; ")))
      .advice("apply again: what could not be put back is attached where it can be");
}

std::string transaction::what_runs() const {
  std::string runs;
  for (std::uint32_t i = 0; i < in_.changes.size(); ++i) {
    const auto& change = in_.changes[i];
    const bool stuck = in_.has_failed(i);
    const auto from = change.before == nullptr ? generation{} : change.before->current;
    const auto to = change.after.current;
    std::string text;
    if (!from) {
      text = stuck ? fmt::format("{} generation {}, in part", change.name, to.value)
                   : fmt::format("nothing of {}", change.name);
    } else if (stuck && change.stays && from != to) {
      text = fmt::format("{} generation {} or {}, hook by hook", change.name, from.value, to.value);
    } else {
      text = fmt::format("{} generation {}", change.name, from.value);
    }
    runs += fmt::format("{}{}", runs.empty() ? "" : ", ", text);
  }
  return runs;
}

}  // namespace linchpin
