// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/status.hpp>
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

bool status::healthy() const noexcept {
  const auto runs_here = [](const attachment_status& attachment) {
    return attachment.state == attachment_state::live ||
           attachment.state == attachment_state::renamed || attachment.yielded;
  };
  return problems.empty() &&
         std::all_of(components.begin(), components.end(), [&](const component_status& component) {
           return component.problems.empty() && std::all_of(component.attachments.begin(),
                                                            component.attachments.end(), runs_here);
         });
}

std::string status::text() const {
  std::string text = fmt::format("{}\n", root);
  for (const auto& problem : problems) text += fmt::format("  problem: {}\n", problem);
  if (components.empty()) text += "  nothing runs\n";
  for (const auto& component : components) {
    text += fmt::format("  {}  generation {}, {}\n", component.name, component.generation.value,
                        component.lifetime == lifetime_kind::durable ? "durable" : "ephemeral");
    for (const auto& problem : component.problems) {
      text += fmt::format("    problem: {}\n", problem);
    }
    for (const auto& attachment : component.attachments) {
      text += fmt::format(
          "    {:<32} {:<20} {:<13} {}, program {}{}{}\n", attachment.hook, attachment.program,
          mechanism_name(attachment.how), linchpin::text(attachment.state),
          attachment.running.value, attachment.yielded ? ", left to others" : "",
          attachment.name.empty() ? "" : fmt::format(", now called {}", attachment.name));
    }
    for (const auto& map : component.maps) {
      text += fmt::format("    map {:<28} {} entries at most{}{}\n", map.name, map.info.max_entries,
                          map.path.empty() ? "" : "  ", map.path);
    }
  }
  return text;
}

}  // namespace linchpin
