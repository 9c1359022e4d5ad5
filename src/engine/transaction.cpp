// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/transaction.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"

namespace linchpin {

std::string_view passage::name() const noexcept {
  return planned != nullptr ? std::string_view{planned->name} : before->record.name;
}

handle_ref passage::program(std::string_view wanted) const noexcept {
  if (!builds()) return before->program(wanted);
  const auto* found = next.find_program(wanted);
  return found == nullptr ? handle_ref{}
                          : programs[static_cast<std::size_t>(found - next.programs.data())].ref();
}

program_id passage::id_of(std::string_view wanted) const noexcept {
  const auto* found = next.find_program(wanted);
  return found == nullptr ? program_id{} : found->id;
}

namespace {

// Without attachments: the planned ones take the place of the running ones, of which there may be
// thousands. Nor does a build leave anything of the programs and maps.
component_record record_from(const component_record& before, bool builds) {
  component_record next;
  next.name = before.name;
  next.generation = before.generation;
  next.digest = before.digest;
  next.next_slot = before.next_slot;
  if (builds) return next;
  next.programs = before.programs;
  next.maps = before.maps;
  return next;
}

}  // namespace

transaction::transaction(running_state& state, const decisions& policies, const plan& what)
    : state_(state), policies_(policies), plan_(what) {
  passages_.reserve(what.components().size() + what.removed().size());
  for (const auto& planned : what.components()) {
    if (!planned.changes()) continue;
    auto& one = passages_.emplace_back();
    one.planned = &planned;
    one.lifetime = planned.lifetime;
    one.before = state.find(planned.name);
    if (one.before != nullptr) one.next = record_from(one.before->record, one.builds());
  }
  for (const auto& name : what.removed()) {
    auto* running = state.find(name);
    if (running == nullptr) continue;
    auto& one = passages_.emplace_back();
    one.before = running;
    one.lifetime = running->lifetime;
  }
}

result<apply_report> transaction::run() {
  const auto up_to_the_commit = [this]() -> result<void> {
    LINCHPIN_CHECK(check_free_paths());
    LINCHPIN_CHECK(write_journal());
    LINCHPIN_CHECK(build_all());
    LINCHPIN_CHECK(switch_all());
    return settle();
  };
  if (auto tried = up_to_the_commit(); !tried) return roll_back(std::move(tried).error());
  if (auto published = publish(); !published) {
    if (!published.error().is(errc::in_doubt)) return roll_back(std::move(published).error());
    state_.adopted = false;
    return std::move(published)
        .error()
        .as(errc::stranded)
        .still_running("the new generation, everywhere, but its manifest may not be written")
        .advice("the next call of this orchestrator, or opening the store again, finds out");
  }

  auto retired = retire();
  take_over();
  if (!retired) {
    state_.adopted = false;
    return std::move(retired)
        .error()
        .as(errc::stranded)
        .still_running("the new generation, everywhere; only leftovers remain")
        .advice("the next call of this orchestrator, or opening the store again, removes them");
  }
  return report_;
}

result<void> transaction::write_journal() {
  journal intent{state_.store.serial() + 1, {}};
  for (auto& one : passages_) {
    plan_records(one);
    if (!one.durable()) continue;
    journal_component entry{std::string{one.name()}, {}, {}, {}, {}};
    if (one.planned != nullptr) entry.to = one.planned->to;
    if (one.before != nullptr) {
      entry.from = one.before->record.generation;
      const auto drop = [&](std::size_t index) {
        entry.dropped.push_back(one.before->record.attachments[index]);
      };
      if (one.planned == nullptr) entry.dropped = one.before->record.attachments;
      if (one.planned != nullptr) {
        for (const auto& end : one.planned->ends) drop(end.running);
      }
    }
    if (one.planned != nullptr) {
      for (std::size_t i = 0; i < one.planned->attachments.size(); ++i) {
        const auto& hook = one.planned->attachments[i];
        const bool fresh = hook.what == change::attach || hook.what == change::replace ||
                           hook.what == change::recreate;
        if (!fresh) continue;
        entry.attached.push_back(one.next.attachments[i]);
        if (hook.what != change::attach) {
          entry.dropped.push_back(one.before->record.attachments[*hook.running]);
        }
      }
    }
    intent.components.push_back(std::move(entry));
  }
  if (intent.components.empty()) return {};
  // Counted as written even if the answer is an error: it may be there.
  journaled_ = true;
  return state_.store.write_journal(std::move(intent));
}

result<void> transaction::settle() {
  const bool copies = std::any_of(passages_.begin(), passages_.end(),
                                  [](const passage& one) { return !one.copies.empty(); });
  if (!copies) return {};
  // A program that was replaced may still be running, and writing, on another CPU.
  LINCHPIN_CHECK(acting().wait_grace_period());
  for (auto& one : passages_) {
    for (auto& copy : one.copies) {
      if (auto swept = copy.second_sweep(acting()); !swept) {
        return std::move(swept).error().about(fmt::format("component {}", one.name()));
      }
    }
  }
  return {};
}

result<void> transaction::publish() {
  if (!journaled_) return {};
  std::vector<const component_record*> next;
  const auto passing = [this](std::string_view name) -> const passage* {
    for (const auto& one : passages_) {
      if (one.name() == name) return &one;
    }
    return nullptr;
  };
  for (const auto& component : state_.components) {
    if (component.lifetime != lifetime_kind::durable) continue;
    const auto* one = passing(component.record.name);
    if (one == nullptr) next.push_back(&component.record);
    if (one != nullptr && one->planned != nullptr) next.push_back(&one->next);
  }
  for (const auto& one : passages_) {
    if (one.before == nullptr && one.durable()) next.push_back(&one.next);
  }
  for (auto& one : passages_) one.swap_places();
  auto published = state_.store.publish({state_.store.serial() + 1, plan_.policies_, next});
  for (auto& one : passages_) one.swap_places();
  return published;
}

void transaction::take_over() {
  for (auto& one : passages_) {
    if (one.planned == nullptr) continue;
    if (one.before == nullptr) {
      // Done below: growing the list would move what other passages point at.
      continue;
    }
    auto& running = *one.before;
    for (std::size_t i = 0; i < one.links.size(); ++i) {
      const auto& hook = one.planned->attachments[i];
      if (!one.links[i] && hook.running && !running.links.empty()) {
        one.links[i] = std::move(running.links[*hook.running]);
      }
    }
    running.links = std::move(one.links);
    if (one.builds()) {
      running.programs = std::move(one.programs);
      running.maps = std::move(one.maps);
      running.inherited = false;
    }
    one.swap_places();
    running.record = std::move(one.next);
  }
  std::vector<running_component> fresh;
  for (auto& one : passages_) {
    if (one.planned == nullptr || one.before != nullptr) continue;
    fresh.push_back({std::move(one.next), one.planned->lifetime, std::move(one.programs),
                     std::move(one.maps), std::move(one.links)});
  }
  std::erase_if(state_.components, [this](const running_component& component) {
    return std::find(plan_.removed().begin(), plan_.removed().end(), component.record.name) !=
           plan_.removed().end();
  });
  for (auto& one : fresh) state_.components.push_back(std::move(one));
  state_.serial = next_serial();
}

recovery_action transaction::ask(const passage& one, std::string_view step, const error& failed,
                                 std::uint32_t attempt) const {
  constexpr std::uint32_t most_attempts = 16;
  if (!failed.retryable() || attempt >= most_attempts) return recovery_action::roll_back;
  return policies_.recover({one.name(), step, failed.os_error(), failed.retryable(), attempt});
}

}  // namespace linchpin
