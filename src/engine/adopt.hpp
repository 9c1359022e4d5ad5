// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Drops what this process holds of durable components; `adopt` reads them anew.
void forget_durable(running_state& state);

/// Takes over what the records say is running: opens program and map pins and checks that they are
/// what was recorded. What is missing is opened by its id and pinned again, where that is
/// permitted; otherwise it is a problem of its component and of no other. Traffic is not touched.
[[nodiscard]] result<void> adopt(running_state& state);
/// The same of one component, which is known no longer when the store has nothing of it.
[[nodiscard]] result<void> adopt(running_state& state, std::string_view component);
/// Takes over, of a component whose last change is not finished, what can be opened; leaves it as
/// it is where its record is the same as before.
void adopt_unfinished(running_state& state, const unfinished_change& which);

/// What of a component could not be opened: "program fw_ingress".
struct damage {
  std::vector<std::string> missing;   ///< all of it
  std::vector<std::string> gone;      ///< what no longer exists: nothing has its id
  std::vector<std::string> problems;  ///< the same and more, for people
};

/// Opens what is pinned of one generation.
/// \param pin_again what is opened by its id is pinned where it was missing
[[nodiscard]] result<live_generation> open_generation(store& from, std::string_view component,
                                                      const generation_record& record,
                                                      damage& found, bool pin_again = true);

/// Makes a record of what is pinned of one generation; empty where nothing is.
/// \param used_maps_only leaves out maps that none of its programs uses: nothing proves whose they
///   are
[[nodiscard]] result<generation_record> generation_from_pins(store& from,
                                                             std::string_view component,
                                                             generation number,
                                                             bool used_maps_only);

/// Makes a record of what the pins of a component hold, whose record is lost.
/// errors: not_found when nothing is pinned that could be told from it.
[[nodiscard]] result<component_record> record_from_pins(store& from, std::string_view component,
                                                        std::span<const running_component> others);

}  // namespace linchpin
