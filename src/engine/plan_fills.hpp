// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/plan.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Refuses what a component wants to fill and never can, whether or not a generation is built.
/// \param maps with the sizes that they are created with
[[nodiscard]] result<void> check_fills(const desired_component& desired,
                                       const std::vector<planned_map>& maps);

/// Notes what the next generation is filled with and prepared by.
/// \param planned its maps say how they are carried
/// errors: as `check_entries`; invalid_argument for a map that this generation and another one share,
///   were it the next one
[[nodiscard]] result<void> plan_fills(planned_component& planned, const desired_component& desired,
                                      const decisions& policies);

/// A checksum of the entries that a map is filled with, for the record; one number for whatever a
/// function gives, and never 0.
[[nodiscard]] std::uint64_t digest_of(const map_fill& fill) noexcept;

/// What a component fills and prepares otherwise than the running generation was, where no other is
/// built; one line each.
[[nodiscard]] std::vector<std::string> fills_that_wait(const desired_component& desired,
                                                       const generation_record& running);

}  // namespace linchpin
