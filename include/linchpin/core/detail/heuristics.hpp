// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>

// Numbers that are nobody's policy and follow from nothing, with their reasons.
namespace linchpin::inline LINCHPIN_ABI {

// ---- carrying out a plan

/// A recovery policy that says "again" for ever is not followed for ever.
inline constexpr std::uint32_t most_attempts_of_a_step = 16;

/// A recovery policy that waits for ever is not waited for; others cannot change the store
/// meanwhile.
inline constexpr std::uint32_t longest_wait_before_retry_us = 1'000'000;

/// An update policy that lets old and new programs run beside each other for ever is not waited for
/// either.
inline constexpr std::uint32_t longest_overlap_us = 1'000'000;

/// The kernel ends a link whose last pin has gone from a work queue, some time after a grace
/// period; on a busy machine that takes several.
inline constexpr std::uint32_t most_waits_for_a_leaving_link = 16;

// ---- words

/// Beyond this, a list of what runs is no longer read by anybody.
inline constexpr std::size_t most_components_named = 8;

// ---- reading maps

/// How often a walk may meet keys it has seen, as a multiple of the map's size, before it gives up:
/// whoever erases the key it stands on throws it back to the first one.
inline constexpr std::uint64_t walk_patience = 64;

/// How often a map is walked until a walk finds nothing new. A step of the kernel's passes over
/// entries that stay in one of some 70 walks over 2,000 prefixes beside a busy writer (see
/// map_walk.hpp); that three in a row pass over the same ones is not to be expected.
inline constexpr int most_walks = 3;

// ---- tc filters

/// The number of a first filter: as much room before it as behind.
inline constexpr std::uint32_t middle_tc_priority = 32768;

/// The distance to a neighbour that is kept close to where there is plenty of room: eight more fit
/// in between, each half way.
inline constexpr std::uint32_t tc_priority_spacing = 256;

// ---- XDP

/// A link that is let go leaves its interface some milliseconds later, from a work queue. While one
/// can still be opened it may also be somebody's for good.
inline constexpr std::uint32_t longest_wait_for_xdp_link_ms = 200;
inline constexpr std::uint32_t longest_wait_for_xdp_place_ms = 500;

// ---- stores

/// How far below a directory another store is looked for: ROOT/component/gen-N.
inline constexpr int store_levels_below = 3;

/// Names under which a blob is pinned before it is published, where somebody else's pins are in the
/// way.
inline constexpr int most_unpublished_names = 9;

}  // namespace linchpin
