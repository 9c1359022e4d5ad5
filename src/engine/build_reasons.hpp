// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/snapshot.hpp>

#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a generation would be made of.
/// ownership: borrows all of it.
struct wanted_generation {
  const desired_component& desired;
  const object_image& image;
  const std::vector<planned_map>& maps;
  const std::vector<global_record>& globals;
};

/// Why another generation than the running one is to be built, one clause each; empty where the
/// running one is what is wanted.
/// \param running with a record
[[nodiscard]] std::vector<std::string> reasons_to_build(const wanted_generation& wanted,
                                                        const observed_component& running);

/// The maps of the running generation that an object does not have, one line each.
[[nodiscard]] std::vector<std::string> maps_left_behind(const generation_record& running,
                                                        const object_spec& next);

}  // namespace linchpin
