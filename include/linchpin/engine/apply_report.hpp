// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a transaction did, in numbers and in sentences for people.
///
/// An apply of a plan that is empty reports zeros.
struct apply_report {
  /// Generations that were built: their maps created, their programs loaded.
  std::uint32_t loaded = 0;
  /// Attachments whose program was replaced in place.
  std::uint32_t updated = 0;
  /// Attachments that were made.
  std::uint32_t attached = 0;
  /// Attachments that were ended.
  std::uint32_t detached = 0;
  /// Attachments whose interface, cgroup or namespace was gone already or went away meanwhile.
  /// Their hooks are attached again by the next apply that finds the target.
  std::uint32_t gone = 0;
  /// What was left in place because its identity could not be proved, one line each. It is
  /// somebody else's until a person says otherwise; nothing waits for it.
  std::vector<std::string> left_alone;
  /// Components that stayed as they are, one line each with the reason: something of theirs
  /// that the change needs is missing, their last change is not finished, or recovery::degrade
  /// went on without them. The next apply tries them again.
  std::vector<std::string> held_back;
};

}  // namespace linchpin
