// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Numbers that are nobody's policy, with their reasons.
namespace linchpin {

/// A recovery policy that says "again" for ever is not followed for ever.
inline constexpr std::uint32_t most_attempts_of_a_step = 16;

/// A recovery policy that waits for ever is not waited for; others cannot change the store meanwhile.
inline constexpr std::uint32_t longest_wait_before_retry_us = 1'000'000;

/// An update policy that lets old and new programs run beside each other for ever is not waited for either.
inline constexpr std::uint32_t longest_overlap_us = 1'000'000;

/// The kernel ends a link whose last pin has gone from a work queue, some time after a grace period;
/// on a busy machine that takes several.
inline constexpr std::uint32_t most_waits_for_a_leaving_link = 16;

/// Beyond this, a list of what runs is no longer read by anybody.
inline constexpr std::size_t most_components_named = 8;

}  // namespace linchpin
