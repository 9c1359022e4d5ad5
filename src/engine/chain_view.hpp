// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/hook/any_hook.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/running.hpp"

namespace linchpin {

/// One of our attachments at a hook, for telling our programs from other people's.
struct own_member {
  std::string_view component;
  program_id program{};
  attachment_id id;
  int priority = 0;
};

/// The chain at one hook as an order policy sees it. Names borrow from the chain and the records.
struct chain_picture {
  chain seen;
  std::vector<chain_member> members;  ///< parallel to seen.entries
};

/// Marks in a chain what is ours.
[[nodiscard]] chain_picture picture(chain seen, std::span<const own_member> ours);

/// Every attachment of ours at one place.
[[nodiscard]] std::vector<own_member> own_members(const running_state& state,
                                                  std::string_view family,
                                                  const target_identity& identity);

/// What a plan ends. It goes after everything new has come, and nothing new is placed by it.
struct departures {
  std::span<const planned_component> planned;
  std::span<const std::string> removed;

  /// Those of ours at one place. Borrows from the state.
  [[nodiscard]] std::vector<own_member> members(const running_state& state, std::string_view family,
                                                const target_identity& identity) const;
};

/// Where in a picture some of ours stand: indices, ascending.
[[nodiscard]] std::vector<std::size_t> places_of(const chain_picture& in,
                                                 std::span<const own_member> ours);

/// A picture but for some places, which are ascending. Names borrow from the whole one.
[[nodiscard]] chain_picture without(const chain_picture& whole,
                                    std::span<const std::size_t> places);

/// In which sequence our programs are brought into a chain: in run order, so that appending alone
/// gives the right chain where it can.
struct turn {
  int priority = 0;
  std::string_view component;
  std::string_view program;

  friend auto operator<=>(const turn&, const turn&) = default;
};

/// Programs of equal priority go by name where the order policy does not let them stand as they came,
/// and as they were asked for where it does.
[[nodiscard]] turn turn_of(const decisions& policies, const planned_component& component,
                           const planned_attachment& attachment) noexcept;

/// Where a placement lands among `others` others: 0 is first.
[[nodiscard]] std::size_t index_of(const placement& where, std::size_t others) noexcept;

/// The kernel's words for a placement among the entries of a chain: the neighbour on either side will
/// do, if it can be named.
/// errors: unsupported when the hook cannot place a program there; invalid_argument for a place that
///   is not in the chain.
[[nodiscard]] result<anchor> anchor_for(const placement& where, const chain& seen,
                                        const hook_abilities& abilities);

}  // namespace linchpin
