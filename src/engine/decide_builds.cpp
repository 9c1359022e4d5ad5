// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/decide.hpp"

namespace linchpin::inline LINCHPIN_ABI {

// Each generation is loaded by then, so that the journal tells of all of them, and none is pinned.
void decider::assemble_fills() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index || !whole.builds()) continue;
    for (std::uint32_t map = 0; map < whole.fills.size(); ++map) {
      if (!whole.fills[map]) continue;
      add(step_kind::fill_map, change_of_[i], map, no_index, whole.to.value);
    }
    if (whole.preparation) {
      add(step_kind::prepare_generation, change_of_[i], no_index, no_index, whole.to.value);
    }
  }
}

// Variables are copied as late as that: what the running programs change between the two sweeps is
// lost where the next ones change it as well.
void decider::assemble_variables() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (change_of_[i] == no_index) continue;
    for (std::uint32_t map = 0; map < whole.maps.size(); ++map) {
      if (whole.maps[map].variables.empty()) continue;
      add(step_kind::copy_map, change_of_[i], map, no_index, whole.to.value);
    }
  }
}

}  // namespace linchpin
