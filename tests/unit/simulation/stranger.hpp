// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "stage.hpp"

namespace simulation {

/// Somebody else on the machine: comes to hooks and leaves them, puts programs into links of services
/// and detaches those, takes pins away and pins over them, renames, moves and makes targets anew.
class stranger {
 public:
  explicit stranger(stage& on) : stage_(on) {}

  /// What its coroutine does: each event is one instant, and services act between two of them.
  void live(std::size_t events);
  /// Everybody's targets are there under their names again, no pin stands in the way, and the hooks
  /// that take one program are free. Programs at other hooks stay.
  void rest();

 private:
  void act();
  std::string pin_over();

  stage& stage_;
};

}  // namespace simulation
