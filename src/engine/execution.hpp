// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/component_change.hpp"
#include "engine/running.hpp"
#include "engine/step_facts.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// A step that could be neither finished nor undone.
struct step_failure {
  std::uint32_t change = no_index;  ///< no_index: it concerns the transaction as a whole
  error why;
  /// The step, where its hook could not be looked at: the other hooks of the component do not wait
  /// for it.
  std::optional<step> unseen{};
};

/// What steps work on: the changes of one transaction, what its plan says, what it has done so far.
struct execution {
  running_state& state;
  std::vector<component_change> changes;
  std::vector<step> steps;
  std::vector<step_place> places;
  std::span<const planned_chain> chains;  ///< empty in a recovery
  manifest index;                         ///< to be written at the end
  apply_report report;
  std::vector<std::string> left_alone;    ///< what is not ours, for people
  std::vector<std::string> not_restored;  ///< what undoing could not put back, for people
  std::vector<step_failure> failed;       ///< while finishing or undoing
  std::unordered_map<std::string_view, std::uint32_t> change_at;  ///< by component
  bool waited = false;  ///< for a grace period since the last switch
  /// What the swap under way asks of the kernel, and the path of the pin that is looked at. Both
  /// are kept from step to step, so that their strings are not allocated anew at each of thousands
  /// of hooks.
  update_request swap{};
  std::string path{};

  /// Where in the records each slot of a component stands; made when a neighbour is first asked
  /// for.
  struct slot_places {
    std::unordered_map<std::uint32_t, std::uint32_t> before;
    std::unordered_map<std::uint32_t, std::uint32_t> after;
  };
  mutable std::unordered_map<std::string_view, slot_places> slots{};

  explicit execution(running_state& of) : state(of) {}
  [[nodiscard]] linchpin::store& store() const noexcept { return state.store; }
  [[nodiscard]] linchpin::kernel& kernel() const noexcept { return state.store.kernel(); }
  [[nodiscard]] component_change& change_of(const step& step) { return changes[step.change]; }
  /// A neighbour as the chain tells it now; empty when it is not attached.
  [[nodiscard]] chain_entry resolve(const neighbour_record& neighbour) const;
  /// Waits once until no program that was replaced can still be running.
  [[nodiscard]] result<void> wait_for_stragglers();
  void leave_alone(std::string what) { left_alone.push_back(std::move(what)); }
  [[nodiscard]] bool has_failed(std::uint32_t change) const noexcept;
  /// Whether a step has to wait because a step of its component failed.
  [[nodiscard]] bool is_held_up(const step& which) const noexcept;
};

/// What the kernel says about a step.
enum class step_state : std::uint8_t {
  not_done,
  done,
  unknown,  ///< it was overtaken: what stands there is neither what was nor what was to be
};

/// What one kind of step can do. Each is defined in a file of its own, src/engine/steps/.
struct step_actions {
  std::string_view name;
  result<void> (*perform)(execution& in, const step& which);
  /// Puts back what was there before, if the step is done; asks the kernel first, because a call
  /// that failed may have taken effect all the same. Null: nothing is left to undo.
  result<void> (*revert)(execution& in, const step& which);
  /// Null: the kernel has nothing to say.
  result<step_state> (*ask)(execution& in, const step& which);
  /// What it is about: "component guard, tcx_ingress eth0, program guard_in". Null: the component.
  std::string (*subject)(const execution& in, const step& which);
};

[[nodiscard]] const step_actions& actions_of(step_kind kind) noexcept;
/// "component guard, tcx_ingress eth0, program guard_in"
[[nodiscard]] std::string subject_of(const execution& in, const step& which);

/// The chain that a filter on record stands in; absent when its interface no longer exists.
/// errors: conflict for an interface of another network namespace: nothing can be said of it from
///   here.
[[nodiscard]] result<std::optional<chain>> chain_around(execution& in,
                                                        const attachment_record& filter);

/// Waits before a generation is let go of whose maps empty themselves under a running program.
[[nodiscard]] result<void> wait_before_letting_go(execution& in, const generation_record& which);
/// Waits before generations of ephemeral components are let go of, which end with their handles.
/// For durable components that is a step of its own.
[[nodiscard]] result<void> wait_before_ephemeral_goes(execution& in);

/// Makes sure that a link which is detached went with its target.
/// errors: conflict where somebody detached it although its target is there, and where the kernel does
///   not say whether it is
[[nodiscard]] result<void> check_target_gone(execution& in, const component_change& change,
                                             const attachment_record& record,
                                             std::string_view operation);

/// What a step is about, by its attachment in the record before or after the change.
[[nodiscard]] std::string subject_before(const execution& in, const step& which);
[[nodiscard]] std::string subject_after(const execution& in, const step& which);

/// A planned place in the kernel's words: after the left neighbour or before the right one,
/// whichever can be named.
[[nodiscard]] anchor anchor_at(const step_place& place, const chain_entry& left,
                               const chain_entry& right);
/// Attaches a program again whose attachment was taken out: beside its former neighbours, or else
/// last.
/// returns: whether it is attached again; false when its target is gone or its place is taken
[[nodiscard]] result<bool> put_back(execution& in, component_change& change,
                                    attachment_record& record, const step_place* place);

#define LINCHPIN_DECLARED(kind, ...) extern const step_actions kind##_actions;
LINCHPIN_EACH_STEP(LINCHPIN_DECLARED)
#undef LINCHPIN_DECLARED

// Failures below are noted in `execution::failed`. A component of which a step failed waits, since
// its steps build on each other; the steps of the other components go on. Where a step failed because
// its hook cannot be looked at, the steps at the component's other hooks go on as well.

enum class undoing : std::uint8_t {
  /// A step that cannot be undone holds up all older ones: a step finds its neighbours where it
  /// left them only when all newer ones are undone. A hook that cannot be looked at holds up nobody
  /// else.
  in_order,
  /// A step that cannot be undone holds up its own component. Programs of the others may come to
  /// stand elsewhere in their chains, which the next plan sees.
  by_component,
};

/// Undoes steps, newest first. Nothing but this process knows of ephemeral components: their steps
/// are always undone as far as that goes.
void revert_steps(execution& in, std::span<const step> done, undoing how, apply_observer* watching);

/// Records the links that undoing made for old programs.
void record_restored(execution& in);

/// Finishes steps that come after the commit. A step that is done already is done again without
/// effect.
void finish_steps(execution& in, std::span<const step> rest, apply_observer* watching);

}  // namespace linchpin
