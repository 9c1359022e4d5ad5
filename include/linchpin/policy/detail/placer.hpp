// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/decision.hpp>
#include <linchpin/policy/views.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A policy that places one program at a time, behind one function.
class placer {
 public:
  [[nodiscard]] virtual decision<placement> place(const program_view& self,
                                                  std::span<const chain_member> others,
                                                  std::optional<std::size_t> current) const = 0;

 protected:
  ~placer() = default;
};

[[nodiscard]] decision<arrangement> arrange_by_place(const chain_view& chain, const placer& by,
                                                     bool observes);

}  // namespace linchpin::detail
