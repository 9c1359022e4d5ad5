// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/orchestrator.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/decide.hpp"
#include "engine/image_shelf.hpp"
#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

// Members are destroyed from the last to the first: the handles in `running` before the kernel.
struct orchestrator_core::state {
  std::unique_ptr<kernel> owned_kernel;
  std::unique_ptr<decisions> policies;
  running_state running;
  std::string recovered;
  /// The components that the `apply` under way leaves out.
  std::vector<left_out> without;
  image_shelf images;

  state(std::unique_ptr<kernel> owned, std::unique_ptr<decisions> owned_policies, store opened)
      : owned_kernel(std::move(owned)),
        policies(std::move(owned_policies)),
        running{.store = std::move(opened)} {}
};

// Empties the list of components that are left out, however an apply ends.
class without_nobody {
 public:
  explicit without_nobody(std::vector<left_out>& list) noexcept : list_(list) {}
  without_nobody(const without_nobody&) = delete;
  without_nobody& operator=(const without_nobody&) = delete;
  ~without_nobody() { list_.clear(); }

 private:
  std::vector<left_out>& list_;
};

/// For the refusal of a plan, after which everything is as it was: "guard generation 2, as before".
[[nodiscard]] std::string what_runs(const running_state& running);

[[nodiscard]] inline error moved_from() {
  return error{errc::invalid_argument, "use orchestrator"}
      .expected("an orchestrator that was opened")
      .found("one that was moved from")
      .advice("use the orchestrator that it was moved to");
}

// Marks an error as "nothing tried", unless it says that an earlier transaction cannot be finished.
[[nodiscard]] inline error untried(error refused) {
  if (!refused.is(outcome::not_known)) return refused;
  return std::move(refused).ended(outcome::nothing_tried);
}

[[nodiscard]] inline std::vector<const desired_component*> pointers(
    std::span<const desired_component> desired) {
  std::vector<const desired_component*> made;
  made.reserve(desired.size());
  for (const auto& component : desired) made.push_back(&component);
  return made;
}

}  // namespace linchpin
