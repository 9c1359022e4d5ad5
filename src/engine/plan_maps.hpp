// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>

#include <span>
#include <string>
#include <vector>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// The maps of each component in the shapes they will be asked for.
/// \param images one for each component; null for one that is left as it is: nothing is asked about
///   it
/// errors: not_found when a component speaks of a map that its object does not have; refused;
///   invalid_argument for a shape that no kernel takes
[[nodiscard]] result<std::vector<std::vector<planned_map>>> plan_shapes(
    std::span<const desired_component* const> desired, std::span<const object_image* const> images,
    const decisions& policies, const machine_view& machine);

/// The maps whose shape is no longer what the running component asked for, one line each.
[[nodiscard]] std::vector<std::string> changed_shapes(const std::vector<planned_map>& maps,
                                                      const generation_record& running);

/// Decides for each map how its contents reach the new generation. Those of global variables that
/// programs write stay of one generation, and the variables keep their values.
/// \param image the object that the maps are of
/// \param set global variables that the component sets
/// \param uncompared maps whose running layout is not known. About those no policy is asked: unless the
///   component gives them up, they are shared, and have to be held back
/// errors: layout_mismatch with every field that differs; invalid_argument when a map of this type
///   or shape cannot be carried in the wanted way.
[[nodiscard]] result<void> plan_carries(std::vector<planned_map>& maps,
                                        const desired_component& desired, const object_image& image,
                                        std::span<const global_record> set,
                                        const generation_record& running,
                                        std::span<const std::string> uncompared,
                                        const decisions& policies);

/// How a map would reach a generation whose map is no different: the way that the component asks for,
/// or else that the policy answers.
[[nodiscard]] result<carry_method> carry_between_equals(const planned_map& map,
                                                        const desired_component& desired,
                                                        const decisions& policies);

}  // namespace linchpin
