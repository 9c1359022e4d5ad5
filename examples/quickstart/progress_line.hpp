// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace quickstart {

/// Tells on standard output how far the run is: on a terminal one line that is written over, else a
/// line every few seconds.
class progress_line {
 public:
  progress_line();

  /// Whether the time for another `show` has come.
  [[nodiscard]] bool due() const;
  void show(std::string_view text);
  /// Something worth lines of its own.
  void remark(std::string_view text);
  /// Leaves the cursor at the start of an empty line.
  void clear();

 private:
  bool terminal_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace quickstart
