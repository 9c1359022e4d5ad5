// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a transaction did.
struct apply_report {
  std::uint32_t loaded = 0;    ///< generations built
  std::uint32_t updated = 0;   ///< attachments whose program changed
  std::uint32_t attached = 0;  ///< attachments made
  std::uint32_t detached = 0;  ///< attachments ended
  std::uint32_t gone = 0;      ///< attachments whose target is gone or went away meanwhile
  /// What was left in place because its identity could not be proved, one line each.
  std::vector<std::string> left_alone;
  /// Components that stayed as they are, because something of theirs that the change takes is
  /// missing, their last change is not finished, or recovery::degrade went on without them; one line
  /// each.
  std::vector<std::string> held_back;
};

}  // namespace linchpin
