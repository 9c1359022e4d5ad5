// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "service.hpp"
#include "stage.hpp"
#include "stranger.hpp"

namespace simulation {

/// Everything that happens on one machine from one seed.
class schedule {
 public:
  schedule(std::uint64_t seed, std::uint64_t number, bool traced);

  /// returns: why it failed, or nothing.
  const std::string& run();
  /// What the actors did, one line each, if traced.
  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return stage_.lines(); }
  /// What the machine has, without the contents of maps.
  [[nodiscard]] std::string machine_text();
  /// How often somebody changed something.
  [[nodiscard]] std::uint64_t acts() const noexcept { return stage_.acts; }

 private:
  void act_together();
  void come_to_rest();
  void leave();
  void check_all_gone();

  stage stage_;
  std::vector<std::unique_ptr<service>> services_;
  std::vector<std::unique_ptr<stranger>> strangers_;
};

}  // namespace simulation
