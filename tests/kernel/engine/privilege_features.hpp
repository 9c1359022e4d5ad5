// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage.hpp"

#include <functional>
#include <string>
#include <vector>

// What a service does with the library, each thing small enough to say which capabilities it takes.
namespace live_engine {

/// Where one feature is tried: a store of its own on the stage, below `root`.
struct trial {
  stage& here;
  std::string root;
  /// effects: this thread keeps the capabilities that the trial is about, for good.
  std::function<void()> narrow;

  template <class Policies = linchpin::default_policies>
  [[nodiscard]] linchpin::result<loose_orchestrator<Policies>> open() const {
    return loose_orchestrator<Policies>::open(root);
  }
};

struct feature {
  std::string group;  ///< features of one group that go alike share a row
  std::string name;
  /// Why this kernel does not have it; empty where it does.
  std::string missing;
  /// Runs in a child, with all capabilities until it calls `narrow`.
  /// returns: empty when all of it works, else what the library says that is done instead
  std::function<linchpin::result<std::string>(const trial&)> attempt;
};

using outcome_of_trial = linchpin::result<std::string>;

/// returns: what a plan leaves as it is, or what is wrong afterwards; empty when all went well
[[nodiscard]] outcome_of_trial apply_whole(linchpin::orchestrator_core& edge,
                                           const linchpin::desired_component& wanted);
/// Before the trial narrows itself.
[[nodiscard]] linchpin::result<void> start_before(const trial& in,
                                                  const linchpin::desired_component& wanted);

[[nodiscard]] std::vector<feature> features(stage& here);
/// Those of them in another network namespace, and those that are about maps and packets alone.
[[nodiscard]] std::vector<feature> features_elsewhere();
[[nodiscard]] std::vector<feature> features_of_data();

}  // namespace live_engine
