// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>

// Numbers that no policy chooses and that follow from no rule of the kernel, with their reasons.
namespace linchpin::inline LINCHPIN_ABI {

// ---- carrying out a plan

/// How often a recovery policy may ask to try again.
inline constexpr std::uint32_t most_attempts_of_a_step = 16;

/// How long a recovery policy may make others wait: while it waits, nobody else can change the
/// store.
inline constexpr std::uint32_t longest_wait_before_retry_us = 1'000'000;

/// How long an update policy may let old and new programs run beside each other.
inline constexpr std::uint32_t longest_overlap_us = 1'000'000;

/// The kernel ends a link whose last pin has gone from a work queue, some time after a grace
/// period; on a busy machine that takes several.
inline constexpr std::uint32_t most_waits_for_a_leaving_link = 16;

// ---- words

/// How long a list of what runs may be: nobody reads a longer one.
inline constexpr std::size_t most_components_named = 8;

// ---- reading maps

/// How often a walk may meet keys that it has seen before it gives up, as a multiple of the map's
/// size. When somebody erases the key that the walk stands on, it starts again at the first key.
inline constexpr std::uint64_t walk_patience = 64;

/// How often a map is walked at most until a walk finds nothing more. Beside a busy writer, one of
/// some 70 walks over 2,000 prefixes passed over entries that stayed (see map_walk.hpp); three in a
/// row are not expected to pass over the same ones.
inline constexpr int most_walks = 3;

// ---- tc filters

/// The priority of a first filter: there is as much room before it as behind it.
inline constexpr std::uint32_t middle_tc_priority = 32768;

/// The distance to a neighbour where there is plenty of room: eight more filters fit in between,
/// each half way.
inline constexpr std::uint32_t tc_priority_spacing = 256;

// ---- XDP

/// How long to wait for an interface whose XDP hook is taken. The kernel frees the hook some
/// milliseconds after the last holder of its link let go, from a work queue. A link that can still be
/// opened may also have a holder who keeps it, so that the wait for a link is shorter.
inline constexpr std::uint32_t longest_wait_for_xdp_link_ms = 200;
inline constexpr std::uint32_t longest_wait_for_xdp_place_ms = 500;

// ---- stores

/// How far below a directory another store is looked for: ROOT/component/gen-N.
inline constexpr int store_levels_below = 3;

/// Names under which a blob is pinned before it is published, where somebody else's pins are in the
/// way.
inline constexpr int most_unpublished_names = 9;

}  // namespace linchpin
