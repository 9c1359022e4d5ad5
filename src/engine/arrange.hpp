// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/decisions.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Stands for the link of an attachment that is still to be made.
inline constexpr link_id planned_link{0xffffffff};

/// One program at a hook, on its way through an order decision.
struct chain_item {
  chain_member member;  ///< names borrow from whoever made it
  std::size_t tag = 0;  ///< the caller's
};

/// Asks the order policy for the run order of a whole chain.
///
/// \param view     the hook; its members are filled in here
/// \param standing who stands there and stays, in run order
/// \param requests what is to be attached, in the sequence in which it is asked for
/// \param about    out: when the policy refuses, the tag of the one that it is about, if it said so
/// \returns tags in run order
/// errors: refused, also for an arrangement that leaves a program out or moves one that must not
///   move.
[[nodiscard]] result<std::vector<std::size_t>> arrange(const decisions& policies, chain_view view,
                                                       const std::vector<chain_item>& standing,
                                                       const std::vector<chain_item>& requests,
                                                       std::optional<std::size_t>& about);

/// Which of two choices to take that keep equally many links: the one that keeps the first
/// programs, or the one that keeps the last.
enum class among_equal : std::uint8_t { keep_first, keep_last };

/// Which items keep their links when one order becomes another: as many as can, and every one that
/// is not ours.
/// \param now  tags in run order
/// \param then tags in the wanted order, a permutation of `now`
/// \param ours by tag
/// \param choice where several sets of them are equally large
/// \returns by position in `now`
[[nodiscard]] std::vector<bool> keep_most(const std::vector<std::size_t>& now,
                                          const std::vector<std::size_t>& then,
                                          const std::vector<bool>& ours,
                                          among_equal choice = among_equal::keep_first);

}  // namespace linchpin
