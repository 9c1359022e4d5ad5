// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/hook/any_hook.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/running.hpp"

namespace linchpin {

/// A program on its way into a chain.
struct newcomer {
  std::string_view component;
  std::string_view name;
  int priority = 0;
  handle_ref program{};
  /// The attachment it takes over from, still in the chain: it comes to stand directly before it.
  const attachment_id* successor_of = nullptr;
  program_id predecessor{};
  /// Where in the chain it stood until a moment ago, if it was just taken out.
  std::optional<std::size_t> stood_at{};
  /// For putting back: at the end rather than not at all, if its place cannot be had.
  bool rather_last = false;
  /// The plan that it comes with: what that ends is on its way out and no neighbour.
  const plan* amid = nullptr;
};

/// Attaches at the place the order policy says, guarded by the chain's revision where there is one.
/// When somebody else changes the chain in between, looks again and decides again, 16 times at most.
/// errors: as `kernel::attach`; unsupported for a place that the hook cannot give.
[[nodiscard]] result<attachment> attach_in_order(running_state& state, const decisions& policies,
                                                 const any_hook& hook, const attach_point& at,
                                                 const newcomer& who);

/// The position of one of our attachments in its chain, absent if it is not there or the hook
/// cannot be queried.
[[nodiscard]] result<std::optional<std::size_t>> position_of(kernel& acting, const any_hook& hook,
                                                             const attach_point& at,
                                                             const attachment_id& id,
                                                             program_id program);

}  // namespace linchpin
