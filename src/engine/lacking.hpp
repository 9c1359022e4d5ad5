// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>
#include <linchpin/core/privileges.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "kernel/capability_needs.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Which capabilities one component's change lacks, and for what.
class lacking {
 public:
  /// \param held  outlives this
  lacking(std::string_view component, const thread_privileges& held)
      : component_(component), held_(&held) {}

  /// \param hook  where it shows first; empty where no hook stands for it
  void need(const detail::capability_needs& needed, std::string_view hook,
            std::string_view what_for);
  [[nodiscard]] bool none() const noexcept { return names_.empty(); }
  [[nodiscard]] error refusal() const;

 private:
  std::string_view component_;
  const thread_privileges* held_;
  std::string hook_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> reasons_;
  std::vector<std::string> uses_;
};

}  // namespace linchpin
