// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/status.hpp>
#include <linchpin/hook/any_hook.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace linchpin {

std::string_view text(attachment_state state) noexcept {
  switch (state) {
    case attachment_state::live:
      return "live";
    case attachment_state::target_gone:
      return "target gone";
    case attachment_state::lost:
      return "link lost";
    case attachment_state::altered:
      return "altered";
  }
  return "?";
}

bool status::healthy() const noexcept {
  return std::all_of(components.begin(), components.end(), [](const component_status& component) {
    return std::all_of(
        component.attachments.begin(), component.attachments.end(),
        [](const attachment_status& one) { return one.state == attachment_state::live; });
  });
}

std::string status::text() const {
  std::string text = fmt::format("{}\n", root);
  if (components.empty()) text += "  nothing runs\n";
  for (const auto& component : components) {
    text += fmt::format("  {}  generation {}, {}\n", component.name, component.generation.value,
                        component.lifetime == lifetime_kind::durable ? "durable" : "ephemeral");
    for (const auto& one : component.attachments) {
      text += fmt::format("    {:<32} {:<20} {:<13} {}, program {}\n", one.hook, one.program,
                          mechanism_name(one.how), linchpin::text(one.state), one.running.value);
    }
    for (const auto& map : component.maps) {
      text += fmt::format("    map {:<28} {} entries at most{}{}\n", map.name, map.info.max_entries,
                          map.path.empty() ? "" : "  ", map.path);
    }
  }
  return text;
}

}  // namespace linchpin
