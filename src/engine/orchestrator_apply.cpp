// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/orchestrator.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "engine/orchestrator_state.hpp"
#include "engine/transaction.hpp"

// Plans that are carried out, and planned again where they clash.
namespace linchpin::inline LINCHPIN_ABI {

result<apply_report> orchestrator_core::apply(const class plan& what, apply_observer* watching) {
  if (auto ready = prepare(what); !ready) return untried(std::move(ready).error());
  return transaction{state_->running, *state_->policies, what, transaction::records_of(what),
                     watching}
      .run();
}

result<apply_report> orchestrator_core::apply(class plan&& what, apply_observer* watching) {
  if (auto ready = prepare(what); !ready) return untried(std::move(ready).error());
  auto after = transaction::take_records(what);
  return transaction{state_->running, *state_->policies, what, std::move(after), watching}.run();
}

result<apply_report> orchestrator_core::carry_out(class plan&& what, std::string& given_up) {
  given_up.clear();
  if (auto ready = prepare(what); !ready) return untried(std::move(ready).error());
  auto after = transaction::take_records(what);
  transaction changes{state_->running, *state_->policies, what, std::move(after), nullptr};
  auto done = changes.run();
  given_up = changes.given_up();
  return done;
}

result<void> orchestrator_core::prepare(const class plan& what) {
  // Making the plan has tried again what was unfinished. Another try now would change the chains
  // that the plan was decided on.
  LINCHPIN_CHECK(repair(false));
  if (what.serial_ != state_->running.serial) {
    return error{errc::conflict, "apply", state_->running.store.root()}
        .expected("a plan that this orchestrator made, against what runs now")
        .found("a plan of another one, or one that was overtaken")
        .advice("plan again");
  }
  LINCHPIN_CHECK(heal());
  LINCHPIN_CHECK(check_recorded(what));
  note_targets(what);
  return {};
}

// Refuses a plan about nothing but components whose records are lost: they are left as they are,
// and success would say that what was asked for runs.
result<void> orchestrator_core::check_recorded(const class plan& what) const {
  const auto& running = state_->running;
  const auto& asked = what.components();
  const bool only_lost =
      !asked.empty() && what.removed().empty() &&
      std::all_of(asked.begin(), asked.end(), [&running](const planned_component& component) {
        return running.find_unrecorded(component.name) != nullptr &&
               running.find_unfinished(component.name) == nullptr;
      });
  return only_lost ? result<void>{unrecorded("apply", asked.front().name)} : result<void>{};
}

namespace {

// Whether any component is left to apply when this one is left out, after `before` others.
bool leaves_others(std::span<const desired_component* const> desired, std::string_view out,
                   std::size_t before) {
  return before + 1 < desired.size() &&
         std::any_of(desired.begin(), desired.end(),
                     [out](const desired_component* asked) { return asked->name() == out; });
}
bool leaves_others(nothing_t, std::string_view, std::size_t) noexcept {
  return false;
}

bool nobody_goes_on(const plan& made) {
  const auto& asked = made.components();
  return std::all_of(asked.begin(), asked.end(), [](const planned_component& component) {
    return !component.held_back.empty();
  });
}

}  // namespace

template <class Desired>
result<apply_report> orchestrator_core::apply_with_what_is_left(Desired desired,
                                                                unsigned attempts) {
  std::optional<error> first;  // why somebody was left out
  for (unsigned attempt = 1;; ++attempt) {
    auto made = plan_wanted(desired);
    if (!made && attempt < attempts && made.error().retryable()) continue;
    if (!made && first) {
      return std::move(*first).and_then("without it: " + in_one_line(made.error()));
    }
    if (!made) return std::move(made).error();
    if (first && nobody_goes_on(*made)) return *std::move(first);
    std::string given_up;
    auto applied = carry_out(*std::move(made), given_up);
    if (applied) return applied;
    if (attempt < attempts && applied.error().retryable()) continue;
    const bool leave_out = applied.error().is(outcome::rolled_back) &&
                           leaves_others(desired, given_up, state_->without.size());
    if (!leave_out) return applied;
    state_->without.push_back(
        {std::move(given_up), "its change failed: " + in_one_line(applied.error())});
    first = std::move(applied).error();
    attempt = 0;
  }
}

template <class Desired>
result<apply_report> orchestrator_core::apply_until_settled(Desired desired, unsigned attempts) {
  if (state_ == nullptr) return moved_from();
  const without_nobody afterwards{state_->without};
  return apply_with_what_is_left(desired, attempts);
}

result<apply_report> orchestrator_core::apply_wanted(wanted_components desired, unsigned attempts) {
  return apply_until_settled(desired, attempts);
}

result<apply_report> orchestrator_core::apply(std::span<const desired_component> desired,
                                              unsigned attempts) {
  return apply_wanted(pointers(desired), attempts);
}

result<apply_report> orchestrator_core::apply(std::initializer_list<desired_component> desired,
                                              unsigned attempts) {
  return apply(std::span{desired.begin(), desired.size()}, attempts);
}

result<apply_report> orchestrator_core::apply(nothing_t wanted, unsigned attempts) {
  return apply_until_settled(wanted, attempts);
}

}  // namespace linchpin
