// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_component.hpp>

namespace linchpin {

desired_component::map_words desired_component::map(std::string name) {
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    if (maps_[i].name == name) return {*this, i};
  }
  maps_.push_back({std::move(name), {}, {}});
  return {*this, maps_.size() - 1};
}

}  // namespace linchpin
