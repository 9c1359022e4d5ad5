// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>

#include <string>
#include <vector>

#include "engine/running.hpp"

namespace linchpin {

/// The maps of an object in the shapes they will be asked for.
/// errors: not_found when the component speaks of a map that the object does not have.
[[nodiscard]] result<std::vector<planned_map>> plan_shapes(const component& desired,
                                                           const object_image& image,
                                                           const decisions& policies,
                                                           const machine_view& machine);

/// The maps whose shape is no longer what the running component asked for, one line each.
[[nodiscard]] std::vector<std::string> changed_shapes(const std::vector<planned_map>& maps,
                                                      const generation_record& running);

/// Decides for each map how its contents reach the new generation.
/// errors: layout_mismatch with every field that differs; invalid_argument when a map of this type
///   or shape cannot be carried in the wanted way.
[[nodiscard]] result<void> plan_carries(std::vector<planned_map>& maps, const component& desired,
                                        const generation_record& running,
                                        const decisions& policies);

}  // namespace linchpin
