// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/status.hpp>
#include <linchpin/hook/any_hook.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace linchpin {

bool status::healthy() const noexcept {
  const auto runs_here = [](const attachment_status& one) {
    return one.state == attachment_state::live || one.state == attachment_state::renamed;
  };
  return problems.empty() &&
         std::all_of(components.begin(), components.end(), [&](const component_status& one) {
           return one.problems.empty() &&
                  std::all_of(one.attachments.begin(), one.attachments.end(), runs_here);
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
    for (const auto& one : component.attachments) {
      text += fmt::format("    {:<32} {:<20} {:<13} {}, program {}{}\n", one.hook, one.program,
                          mechanism_name(one.how), linchpin::text(one.state), one.running.value,
                          one.name.empty() ? "" : fmt::format(", now called {}", one.name));
    }
    for (const auto& map : component.maps) {
      text += fmt::format("    map {:<28} {} entries at most{}{}\n", map.name, map.info.max_entries,
                          map.path.empty() ? "" : "  ", map.path);
    }
  }
  return text;
}

}  // namespace linchpin
