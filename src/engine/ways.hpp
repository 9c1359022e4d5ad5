// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/hook/families.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The mechanisms that a hook offers on this kernel to a component of this lifetime, for a fallback
/// policy to choose from.
class ways {
 public:
  /// Borrows its arguments.
  ways(std::string_view component, lifetime_kind lifetime, const any_hook& hook,
       const target_identity& at, const snapshot& seen);

  /// What the policy chooses, and what it would choose were that not supported, and so on.
  /// \param reason out: why it chooses none, where it says so
  [[nodiscard]] std::vector<mechanism> choose(const decisions& policies, std::string& reason) const;

  /// "tcx link: kernel before 6.6; clsact filter: available": for messages.
  [[nodiscard]] std::string text() const;

 private:
  std::string_view component_;
  const any_hook& hook_;
  const kernel_facts& facts_;
  std::vector<answer> answers_;  ///< parallel to the hook's mechanisms
};

}  // namespace linchpin
