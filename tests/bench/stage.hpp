// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/linchpin.hpp>
#include <linchpin/testing/sandbox.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../support/loose_orchestrator.hpp"
#include "hand_written.h"

namespace bench {

/// One component at many hooks twice: run by linchpin, and run by the hand-written C program on
/// hooks of its own, made alike. Throws `linchpin::failure` where something fails.
class stage {
 public:
  stage(hand_hook_kind kind, std::size_t hooks);
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;
  ~stage();

  /// Each step of linchpin's by itself. `next` takes the other of two versions; both follow it.
  void next();
  [[nodiscard]] linchpin::plan plan();
  void apply(linchpin::plan&& what);
  [[nodiscard]] std::size_t hooks() const noexcept { return count_; }

  void hand_observe();
  /// Opens the next version and observes.
  void hand_plan();
  void hand_upgrade();

 private:
  [[nodiscard]] linchpin::desired_component desired() const;
  [[nodiscard]] std::span<const std::byte> object() const;
  std::string make_target(const std::string& name);
  void make_targets();
  void start_hand_written();

  hand_hook_kind kind_;
  std::size_t count_;
  linchpin::testing::sandbox box_;
  std::vector<linchpin::testing::veth_pair> pairs_;
  std::vector<std::string> ours_;
  std::vector<std::string> hands_;
  int version_ = 1;
  std::vector<linchpin::desired_component> components_;  ///< one, as now desired
  std::optional<loose_orchestrator<>> orchestrator_;
  hand_written* hand_ = nullptr;
};

}  // namespace bench
