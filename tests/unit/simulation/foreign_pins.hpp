// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/fake_kernel.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace simulation {

/// What strangers have pinned where a service had a pin. It must stay, but for one case: no kernel
/// removes a pin only if it still holds a certain thing, so that a service may remove what was pinned
/// between its look and its removal. Until the operation ends during which a stranger's pin came, it may
/// go.
class foreign_pins {
 public:
  explicit foreign_pins(linchpin::testing::fake_machine& on) : looking_(on) {}

  /// returns: whether it is pinned there now, over whatever was.
  bool put(const std::string& path, linchpin::program_id which);
  void note_removed(const std::string& path) { pins_.erase(path); }
  void remove_all();
  [[nodiscard]] bool has(const std::string& path) const { return pins_.contains(path); }

  /// No operation of the service with that root is going on.
  void operation_ended(std::string_view root);
  /// returns: nothing, or which pin is gone that had to stay.
  [[nodiscard]] std::optional<std::string> broken();

 private:
  struct pinned {
    linchpin::program_id which;
    bool must_stay = false;
  };
  [[nodiscard]] bool stands(const std::string& path, linchpin::program_id which);

  linchpin::testing::fake_kernel looking_;
  std::map<std::string, pinned> pins_;
};

}  // namespace simulation
