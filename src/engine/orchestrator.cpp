// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/decide.hpp"
#include "engine/observe.hpp"
#include "engine/orchestrator_state.hpp"
#include "engine/recover.hpp"
#include "engine/transaction.hpp"

namespace linchpin::inline LINCHPIN_ABI {

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

// Whether the subject of an error ends in a target's name: "interface eth0" speaks of eth0. The own
// network namespace has no name, so that no error speaks of it.
bool speaks_of(std::string_view subject, std::string_view target) {
  if (target.empty() || !subject.ends_with(target)) return false;
  subject.remove_suffix(target.size());
  return subject.empty() || subject.ends_with(' ');
}

// Adds to an error about a target which component asked for that target first.
error of_asker(error failed, std::span<const desired_component* const> desired) {
  for (const auto* component : desired) {
    for (const auto& attachment : component->attachments()) {
      if (!speaks_of(failed.subject(), attachment.hook.on().text())) continue;
      return std::move(failed).about(
          fmt::format("component {}, {}", component->name(), attachment.hook.text()));
    }
  }
  return failed;
}

// Whether a component already runs at a name that cannot be looked up.
bool runs_at(const running_component& component, const target& name, netns_inode there) {
  const auto& attachments = component.record.attachments;
  return std::any_of(attachments.begin(), attachments.end(),
                     [&](const attachment_record& record) { return is_at(record, name, there); });
}

// Adds to an error about a name which component asked for it.
error of_asker(error failed, const asked_target& asked,
               std::span<const desired_component* const> desired) {
  for (const auto* component : desired) {
    if (component->name() != asked.component) continue;
    for (const auto& attachment : component->attachments()) {
      if (!(attachment.hook.on() == asked.name)) continue;
      return std::move(failed).about(
          fmt::format("component {}, {}", component->name(), attachment.hook.text()));
    }
  }
  return failed;
}

// Leaves a component as it is while a name that it runs at cannot be looked up.
// errors: that of the name, where the component does not run there yet, or all that there is to do
//   is at such names
result<void> leave_unresolved_out(const running_state& running, std::span<const asked_target> asked,
                                  std::span<const unresolved_target> unresolved,
                                  std::span<const desired_component* const> desired,
                                  std::vector<unseen_component>& unseen) {
  std::set<std::string_view> concerned;
  for (const auto& name : unresolved) concerned.insert(asked[name.index].component);
  const bool all_asked = concerned.size() == desired.size();
  const bool all_running = std::all_of(running.components.begin(), running.components.end(),
                                       [&](const running_component& component) {
                                         return concerned.contains(component.record.name);
                                       });
  for (const auto& name : unresolved) {
    const auto& of = asked[name.index];
    const auto* runs = running.find(of.component);
    const bool held = runs != nullptr && runs_at(*runs, of.name, name.there);
    if (!held || (all_asked && all_running)) return of_asker(name.why, of, desired);
    const auto known = [&of](const unseen_component& out) { return out.name == of.component; };
    if (std::any_of(unseen.begin(), unseen.end(), known)) continue;
    unseen.push_back(
        {std::string{of.component}, fmt::format("{} cannot be looked up: {}", of.name.text(),
                                                in_one_line(running.store.by_name(name.why)))});
  }
  return {};
}

// Adds to an error about a hook which component asked for that hook first.
error with_component(error failed, std::span<const desired_component* const> desired) {
  for (const auto* component : desired) {
    for (const auto& attachment : component->attachments()) {
      if (failed.subject() != attachment.hook.text()) continue;
      return std::move(failed).about(fmt::format("component {}", component->name()));
    }
  }
  return failed;
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
        // A component that is left as it is gets no pins either.
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
  if (options.on == nullptr) owned = std::make_unique<live_kernel>();
  kernel& kernel = options.on == nullptr ? *owned : *options.on;
  LINCHPIN_TRY(auto opened, store::open(kernel, std::move(root)));
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

// Plans again whenever a component turned out to be out of sight: the next plan holds it back.
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
  std::vector<asked_target> targets;
  std::vector<object_image> images;
  for (const auto* component : desired) {
    auto image = state_->images.read(component->name(), component->source());
    if (!image)
      return std::move(image).error().about(fmt::format("component {}", component->name()));
    LINCHPIN_CHECK(check_programs(*component, *image));
    images.push_back(*std::move(image));
    for (const auto& attachment : component->attachments()) {
      targets.push_back({attachment.hook.on(), component->name()});
    }
  }
  state_->images.keep(desired);
  observer looks{running};
  auto seen = looks.look(targets);
  // A link whose last pin has just gone can be opened by its id for a moment longer.
  for (auto waits = most_waits_for_a_leaving_link; seen && waits > 0 && lacks_pins(*seen);
       --waits) {
    LINCHPIN_CHECK(running.store.kernel().wait_grace_period());
    seen = looks.look(targets);
  }
  if (!seen) return of_asker(std::move(seen).error(), desired);
  LINCHPIN_CHECK(leave_unresolved_out(running, targets, looks.unresolved(), desired, unseen));
  leave_out(*seen, unseen);
  decider decides{desired, std::move(images), *seen, *state_->policies, state_->without};
  LINCHPIN_CHECK(decides.pair());
  if (decides.changes()) looks.add_privileges(*seen);
  LINCHPIN_CHECK(decides.check_before_looking());
  append(unseen, looks.add_strays(*seen, decides.first_starts()));
  const auto wanted = decides.chains_wanted();
  if (auto added = looks.add_chains(*seen, wanted); !added) {
    return with_component(std::move(added).error(), desired);
  }
  // A link that has just lost its last holder leaves its chain a moment later.
  for (auto waits = most_waits_for_a_leaving_link; waits > 0 && decides.strays(); --waits) {
    LINCHPIN_CHECK(running.store.kernel().wait_grace_period());
    seen->chains.clear();
    LINCHPIN_CHECK(looks.add_chains(*seen, wanted));
  }
  LINCHPIN_CHECK(decides.order());
  if (decides.changes())
    looks.add_privileges(*seen);  // the order may move what had no change before
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
