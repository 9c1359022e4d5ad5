// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/heuristics.hpp"
#include "core/nearest.hpp"
#include "core/try.hpp"
#include "engine/adopt.hpp"
#include "engine/decide.hpp"
#include "engine/observe.hpp"
#include "engine/orchestrator_state.hpp"
#include "engine/recover.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

std::string what_runs(const running_state& running) {
  if (running.components.empty()) return "nothing of this store, as before";
  if (running.components.size() > most_components_named) {
    return fmt::format("all {} components, as before", running.components.size());
  }
  std::string named;
  for (const auto& component : running.components) {
    named +=
        fmt::format("{} generation {}, ", component.record.name, component.record.current.value);
  }
  return named + "as before";
}

namespace {

// A target that cannot be looked at, with who asked for it first.
error of_asker(error failed, std::span<const desired_component* const> desired) {
  for (const auto* component : desired) {
    for (const auto& attachment : component->attachments()) {
      if (!failed.subject().ends_with(attachment.hook.on().name)) continue;
      return std::move(failed).about(
          fmt::format("component {}, {}", component->name(), attachment.hook.text()));
    }
  }
  return failed;
}

// A hook that cannot be looked at, with the component that asked for it first.
error with_component(error failed, std::span<const desired_component* const> desired) {
  for (const auto* component : desired) {
    for (const auto& attachment : component->attachments()) {
      if (failed.subject() != attachment.hook.text()) continue;
      return std::move(failed).about(fmt::format("component {}", component->name()));
    }
  }
  return failed;
}

// A plan that was not begun, unless an earlier one cannot be finished.
error untried(error refused) {
  if (!refused.is(outcome::untold)) return refused;
  return std::move(refused).ended(outcome::nothing_tried);
}

void leave_out(snapshot& seen, std::span<const unseen_component> unseen) {
  for (const auto& out : unseen) {
    auto found = std::find_if(seen.components.begin(), seen.components.end(),
                              [&out](const observed_component& at) { return at.name == out.name; });
    if (found == seen.components.end()) {
      found = seen.components.emplace(found);
      found->name = out.name;
    }
    if (found->unseen.empty()) found->unseen = out.why;
    found->problems.push_back(out.why);
  }
}

bool lacks_pins(const snapshot& seen) {
  return std::any_of(
      seen.components.begin(), seen.components.end(), [](const observed_component& component) {
        // A plan that leaves it as it is pins nothing of it.
        if (!component.kept_as_it_is().empty()) return false;
        return std::any_of(component.attachments.begin(), component.attachments.end(),
                           [](const observed_attachment& attachment) {
                             return !attachment.pinned && !attachment.place_taken &&
                                    (attachment.state == attachment_state::live ||
                                     attachment.state == attachment_state::altered);
                           });
      });
}

void append(std::vector<unseen_component>& to, std::vector<unseen_component> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<const desired_component*> pointers(std::span<const desired_component> desired) {
  std::vector<const desired_component*> made;
  made.reserve(desired.size());
  for (const auto& component : desired) made.push_back(&component);
  return made;
}

}  // namespace

orchestrator_core& orchestrator_core::operator=(orchestrator_core&& other) noexcept {
  if (this != &other) {
    delete state_;
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

orchestrator_core::~orchestrator_core() {
  delete state_;
}

result<orchestrator_core> orchestrator_core::open(std::string root, const open_options& options,
                                                  decisions* owned_policies) {
  std::unique_ptr<decisions> policies{owned_policies};
  std::unique_ptr<kernel> owned;
  if (options.acting == nullptr) owned = std::make_unique<live_kernel>();
  kernel& acting = options.acting == nullptr ? *owned : *options.acting;
  LINCHPIN_TRY(auto opened, store::open(acting, std::move(root)));
  auto made = std::make_unique<state>(std::move(owned), std::move(policies), std::move(opened));
  LINCHPIN_TRY(made->recovered, recover(made->running));
  LINCHPIN_CHECK(adopt(made->running));
  return orchestrator_core{made.release()};
}

result<plan> orchestrator_core::plan_all(std::span<const desired_component* const> desired) {
  LINCHPIN_CHECK(repair());
  auto made = decide_on(desired);
  if (made) return made;
  auto refused = untried(std::move(made).error());
  if (!refused.still_running().empty()) return refused;
  return std::move(refused).still_running(what_runs(state_->running));
}

// What turns out on the way to be out of sight is held back by a plan made anew.
result<plan> orchestrator_core::decide_on(std::span<const desired_component* const> desired) {
  LINCHPIN_CHECK(check_desired(desired));
  std::vector<unseen_component> unseen;
  for (;;) {
    const auto known = unseen.size();
    auto made = decide_on(desired, unseen);
    if (unseen.size() == known) return made;
  }
}

result<plan> orchestrator_core::decide_on(std::span<const desired_component* const> desired,
                                          std::vector<unseen_component>& unseen) {
  auto& running = state_->running;
  const auto known = unseen.size();
  std::vector<target> targets;
  std::vector<object_image> images;
  for (const auto* component : desired) {
    auto image = component->source().read();
    if (!image)
      return std::move(image).error().about(fmt::format("component {}", component->name()));
    LINCHPIN_CHECK(check_programs(*component, *image));
    images.push_back(*std::move(image));
    for (const auto& attachment : component->attachments()) targets.push_back(attachment.hook.on());
  }
  observer looks{running};
  auto seen = looks.look(targets);
  // A link whose last pin has just gone can be opened by its id for a moment longer.
  for (auto waits = most_waits_for_a_leaving_link; seen && waits > 0 && lacks_pins(*seen);
       --waits) {
    LINCHPIN_CHECK(running.store.acting().wait_grace_period());
    seen = looks.look(targets);
  }
  if (!seen) return of_asker(std::move(seen).error(), desired);
  leave_out(*seen, unseen);
  decider decides{desired, std::move(images), *seen, *state_->policies, state_->without};
  LINCHPIN_CHECK(decides.pair());
  if (decides.changes()) looks.add_privileges(*seen);
  LINCHPIN_CHECK(decides.check_privileges());
  append(unseen, looks.add_strays(*seen, decides.newcomers()));
  const auto wanted = decides.chains_wanted();
  if (auto added = looks.add_chains(*seen, wanted); !added) {
    return with_component(std::move(added).error(), desired);
  }
  // A link that has just lost its last holder leaves its chain a moment later.
  for (auto waits = most_waits_for_a_leaving_link; waits > 0 && decides.strays(); --waits) {
    LINCHPIN_CHECK(running.store.acting().wait_grace_period());
    seen->chains.clear();
    LINCHPIN_CHECK(looks.add_chains(*seen, wanted));
  }
  LINCHPIN_CHECK(decides.order());
  if (decides.changes()) looks.add_privileges(*seen);  // the order may move what is as it was
  LINCHPIN_CHECK(decides.check_privileges());
  LINCHPIN_CHECK(decides.check_shared(looks.add_sole_programs(*seen, decides.cgroups_entered())));
  append(unseen, looks.add_directories(*seen, decides.directories_wanted()));
  append(unseen, looks.add_closed_slots(*seen, decides.twins_wanted()));
  if (unseen.size() > known) return linchpin::plan{};
  return decides.finish(running.serial);
}

result<class plan> orchestrator_core::plan_wanted(wanted_components desired) {
  LINCHPIN_CHECK(check_not_empty(desired));
  return plan_all(desired);
}

result<class plan> orchestrator_core::plan(std::span<const desired_component> desired) {
  return plan_wanted(pointers(desired));
}

result<class plan> orchestrator_core::plan(nothing_t) {
  return plan_all({});
}

result<void> orchestrator_core::check_not_empty(wanted_components desired) const {
  if (state_ == nullptr) return moved_from();
  const auto& running = state_->running;
  if (!desired.empty() || running.components.empty()) return {};
  return error{errc::invalid_argument, "plan", running.store.root()}
      .ended(outcome::nothing_tried)
      .expected("components, or the word linchpin::nothing")
      .found(fmt::format("an empty list, which would remove {}",
                         running.components.size() == 1
                             ? fmt::format("component {}", running.components.front().record.name)
                             : fmt::format("all {} components", running.components.size())))
      .still_running(what_runs(running))
      .advice("pass linchpin::nothing, or call remove_all()");
}

result<class plan> orchestrator_core::plan(std::initializer_list<desired_component> desired) {
  return plan(std::span{desired.begin(), desired.size()});
}

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
  // Making the plan has tried again what is unfinished, and left it out. Another try would change the
  // chains under the plan.
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

// Components whose records are lost are left as they are, and the others go on. Where there are no
// others, success would say that what was asked for runs.
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

// Whether anybody is left of those asked for when this one is left out, after so many others.
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

error orchestrator_core::no_such_component(std::string_view operation,
                                           std::string_view component) const {
  std::vector<std::string_view> names;
  for (const auto& known : state_->running.components) names.push_back(known.record.name);
  for (const auto& lost : state_->running.unrecorded) names.push_back(lost.name);
  return detail::no_such_name(
      error{errc::not_found, operation, fmt::format("component {}", component)}.expected(
          "a component of this store"),
      component, names);
}

error orchestrator_core::unrecorded(std::string_view operation, std::string_view component) {
  return error{errc::bad_format, operation, fmt::format("component {}", component)}
      .found("pins, but no record that can be read")
      .still_running("whatever of it is attached; nothing was touched")
      .advice(
          "adopt_again() takes over what its pins hold; release() gives it up and leaves it "
          "running");
}

error orchestrator_core::unfinished(std::string_view operation, const unfinished_change& what) {
  return error{errc::conflict, operation, fmt::format("component {}", what.component)}
      .expected("a component whose last change is finished")
      .found(what.text())
      .still_running("what is attached of it; nothing was touched")
      .advice("release() gives it up and leaves it running");
}

error orchestrator_core::unseen(std::string_view operation, const observed_component& what) {
  return error{errc::conflict, operation, fmt::format("component {}", what.name)}
      .expected("a component that can be looked at")
      .found(what.unseen)
      .still_running("what is attached of it; nothing was touched")
      .advice("try again when that is mended; release() gives it up and leaves it running");
}

const std::string& orchestrator_core::recovered() const noexcept {
  static const std::string none;
  return state_ == nullptr ? none : state_->recovered;
}

}  // namespace linchpin
