// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/kernel/facts.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin {

/// The mechanisms that a hook offers on this kernel to a component of this lifetime, for a fallback
/// policy to choose from.
class rungs {
 public:
  /// Borrows its arguments.
  rungs(std::string_view component, lifetime_kind lifetime, const any_hook& hook,
        const kernel_facts& facts);

  /// What was tried and found missing.
  void refute(mechanism tried, std::string why);

  /// What the policy chooses from `from` on; absent if it knows none that may be there.
  [[nodiscard]] std::optional<mechanism> choose(const decisions& policies,
                                                std::size_t from = 0) const;
  [[nodiscard]] std::optional<mechanism> choose_below(const decisions& policies,
                                                      mechanism tried) const;

  /// "tcx link: kernel before 6.6; clsact filter: available": for messages.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::size_t index_of(mechanism wanted) const noexcept;

  std::string_view component_;
  const any_hook& hook_;
  const kernel_facts& facts_;
  std::vector<answer> answers_;  ///< parallel to the hook's mechanisms
};

}  // namespace linchpin
