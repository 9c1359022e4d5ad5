// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/policy/views.hpp>
#include <linchpin/store/records.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace linchpin::inline LINCHPIN_ABI {

/// Finds things by the names of maps; an object may have thousands.
template <class Thing>
class by_name {
 public:
  void add(std::string_view name, const Thing& thing) { at_.emplace(name, &thing); }
  [[nodiscard]] const Thing* find(std::string_view name) const {
    const auto found = at_.find(name);
    return found == at_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Thing*> at_;
};

/// What a component says about its maps.
[[nodiscard]] by_name<desired_map> wishes_of(const desired_component& desired);
[[nodiscard]] by_name<map_record> maps_of(const generation_record& running);

/// A map as policies see it.
[[nodiscard]] map_view view_of(std::string_view component, const map_spec& spec,
                               bool size_asked = false);
/// "component guard, map flows"
[[nodiscard]] std::string map_text(const desired_component& desired, const map_spec& map);

}  // namespace linchpin
