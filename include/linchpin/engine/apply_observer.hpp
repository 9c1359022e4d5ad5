// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/step.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

class error;

/// What happened to one step of a transaction.
///
/// Everything that an event refers to is borrowed for the length of the call: an observer
/// copies what it wants to keep.
struct step_event {
  /// What can happen to a step.
  enum class kind : std::uint8_t {
    /// The step took effect, and the next one follows.
    performed,
    /// The step did not succeed; `why` says how. What follows undoes the steps before it, or,
    /// after the commit, goes on with those that do not depend on it.
    failed,
    /// The step was undone.
    reverted,
    /// The new generations count from here on, and what may still fail is only cleaning up.
    /// `which` is the step before the commit.
    committed,
  };
  kind what{};
  step which;
  /// The component whose change the step belongs to; empty for a step of the plan as a whole.
  std::string_view component;
  /// The position of the step among all steps of the plan, counted from 1; 0 while steps are
  /// undone or finished.
  std::size_t number = 0;
  /// How many steps the plan has.
  std::size_t of = 0;
  /// The cause of `failed`; null otherwise.
  const error* why = nullptr;
};

/// Told of each step of a transaction while it is carried out: for progress in a log, and for
/// tests that check an invariant between two steps.
///
/// ownership: borrowed by `apply` for the length of the call.
/// threads: called on the thread that called `apply`, between two steps; while it runs, nothing
///   of the plan goes on.
class LINCHPIN_EXPORT apply_observer {
 public:
  /// effects: whatever the observer likes, except calls to the orchestrator that is applying.
  virtual void on(const step_event& event) noexcept = 0;

 protected:
  ~apply_observer() = default;
};

}  // namespace linchpin
