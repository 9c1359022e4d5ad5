// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/hook/families.hpp>

#include <fmt/format.h>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

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
    case attachment_state::renamed:
      return "live, renamed";
    case attachment_state::elsewhere:
      return "live, in another network namespace";
    case attachment_state::unreachable:
      return "out of reach: its pin is gone";
    case attachment_state::unseen:
      return "could not be looked at";
    case attachment_state::unknown_hook:
      return "of a hook family that this linchpin does not know";
  }
  return "?";
}

bool runs(attachment_state state) noexcept {
  switch (state) {
    case attachment_state::live:
    case attachment_state::altered:
    case attachment_state::renamed:
    case attachment_state::elsewhere:
    case attachment_state::unreachable:
      return true;
    case attachment_state::target_gone:
    case attachment_state::lost:
    case attachment_state::unseen:
    case attachment_state::unknown_hook:
      break;
  }
  return false;
}

netns_inode snapshot::netns_of(const attachment_record& record) const noexcept {
  if (record.netns.empty()) return {own_netns.id};
  for (const auto& known : namespaces) {
    if (known.name.name == record.netns) return {known.identity ? known.identity->id : 0};
  }
  return {};
}

const observed_component* snapshot::find(std::string_view component) const noexcept {
  for (const auto& running : components) {
    if (running.name == component) return &running;
  }
  return nullptr;
}

std::string snapshot::text() const {
  std::string text = fmt::format("{}, after transaction {}\n", root, serial);
  for (const auto& problem : problems) text += fmt::format("  problem: {}\n", problem);
  for (const auto& component : components) {
    text += fmt::format("  {}", component.name);
    if (component.record) text += fmt::format(", generation {}", component.record->current.value);
    text += "\n";
    for (const auto& problem : component.problems)
      text += fmt::format("    problem: {}\n", problem);
    for (std::size_t i = 0; i < component.attachments.size(); ++i) {
      const auto& seen = component.attachments[i];
      text +=
          fmt::format("    {}: {}, program {}{}\n", subject_of(component.record->attachments[i]),
                      linchpin::text(seen.state), seen.program.value,
                      seen.name.empty() ? "" : fmt::format(", now called {}", seen.name));
    }
  }
  for (const auto& target : targets) {
    text += fmt::format("  {} is {}\n", target.name.name,
                        target.identity ? fmt::format("{}", target.identity->id) : "nothing");
  }
  for (const auto& chain : chains) {
    text += fmt::format("  chain {} at {} ({})", chain.family, chain.identity.id,
                        mechanism_name(chain.how));
    if (!chain.seen) {
      text += ": not told\n";
      continue;
    }
    text += fmt::format(", revision {}:", chain.seen->revision.value);
    for (const auto& entry : chain.seen->entries) {
      text +=
          fmt::format(" {}{}{}", entry.program.value, entry.name.empty() ? "" : " ", entry.name);
    }
    text += "\n";
  }
  for (const auto& closed : sole_programs) {
    text += fmt::format("  {} at {} takes no link: program {} at {}\n", closed.family,
                        closed.identity.id, closed.keeps_out.program.program.value,
                        closed.keeps_out.cgroup);
  }
  return text;
}

}  // namespace linchpin
