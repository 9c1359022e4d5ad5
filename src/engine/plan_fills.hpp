// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/plan.hpp>

#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Refuses what a component wants to fill and cannot, whether or not a generation is built.
/// \param maps with the sizes that they are created with
[[nodiscard]] result<void> check_fills(const desired_component& desired,
                                       const std::vector<planned_map>& maps);

/// Notes what the next generation is filled with and prepared by.
/// \param planned its maps say how they are carried
/// errors: invalid_argument for a map that both generations share
[[nodiscard]] result<void> plan_fills(planned_component& planned, const desired_component& desired);

}  // namespace linchpin
