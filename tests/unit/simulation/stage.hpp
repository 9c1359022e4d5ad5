// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/chooser.hpp"
#include "../property/world.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "coroutine.hpp"
#include "foreign_pins.hpp"
#include "ledger.hpp"

namespace simulation {

/// What the actors of one schedule share: the machine, the choices, and what happened so far.
class stage {
 public:
  stage(std::uint64_t seed, property::machine_kind kind, bool traced)
      : chance{seed},
        around{kind, chance},
        books{around},
        pins{around.machine()},
        traced_(traced) {}

  property::chooser chance;
  property::world around;
  ledger books;
  foreign_pins pins;
  coroutine* running = nullptr;
  unsigned switch_percent = 0;  ///< how often others act before a call
  bool quiet = false;           ///< nobody else acts
  bool at_rest = false;         ///< nothing fails any more
  bool pins_taken = false;      ///< somebody took a pin of a service away
  std::uint64_t acts = 0;       ///< of everybody who changes something

  /// Whether it is somebody else's turn before the next call.
  [[nodiscard]] bool others_come() {
    return !quiet && running != nullptr && failure_.empty() && chance.chance(switch_percent);
  }

  /// The first failure counts; actors end when they see that there is one.
  void fail(std::string why) {
    if (!failure_.empty()) return;
    failure_ = std::move(why);
    say("failed: " + failure_);
  }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  [[nodiscard]] bool traced() const noexcept { return traced_; }
  void say(std::string line) {
    if (traced_) lines_.push_back(std::move(line));
  }
  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  bool traced_;
  std::string failure_;
  std::vector<std::string> lines_;
};

}  // namespace simulation
