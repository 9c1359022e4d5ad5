// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_machine.hpp>

#include "testing/fake/machine_state.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

std::string map_text(const fake::map& map) {
  std::string text =
      fmt::format("map {} {} type {} key {} value {} max {} flags {}\n", map.info.id.value,
                  map.info.name, static_cast<unsigned>(map.info.type), map.info.key_size,
                  map.info.value_size, map.info.max_entries, map.info.flags);
  for (const auto& [index, held] : map.programs)
    text += fmt::format("  [{}] program {}\n", index, held->info.id.value);
  for (const auto& [key, value] : map.entries) {
    text += "  ";
    for (const auto byte : key) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    text += ": ";
    for (const auto byte : value) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    text += '\n';
  }
  return text;
}

std::string object_text(const std::shared_ptr<fake::object>& any) {
  if (const auto program = fake::as<fake::program>(any))
    return fmt::format("program {}", program->info.id.value);
  if (const auto map = fake::as<fake::map>(any)) return fmt::format("map {}", map->info.id.value);
  if (const auto link = fake::as<fake::link>(any)) return fmt::format("link {}", link->id.value);
  return "directory";
}

std::string program_text(const fake::program& program) {
  std::string text = fmt::format("program {} {} type {} maps", program.info.id.value,
                                 program.info.name, static_cast<unsigned>(program.info.type));
  for (const auto used : program.info.maps) text += fmt::format(" {}", used.value);
  return text + '\n';
}

std::string chain_text(const fake::hook_key& key, const fake::chain_state& chain) {
  std::string text =
      fmt::format("chain mechanism {} type {} target {}:", static_cast<unsigned>(key.how),
                  static_cast<unsigned>(key.type), key.target);
  for (const auto& slot : chain.slots) text += fmt::format(" {}", slot.program()->info.id.value);
  if (!chain.slots.empty() && chain.sharing != fake::sharing::with_all)
    text += chain.sharing == fake::sharing::nobody ? " (closes below)" : " (alone)";
  for (const auto other : chain.other_priorities) text += fmt::format(" (tc {})", other);
  return text + '\n';
}

}  // namespace

std::string fake_machine::text() const {
  std::string text;
  for (const auto& [id, weak] : state_->programs) {
    if (const auto program = weak.lock()) text += program_text(*program);
  }
  for (const auto& [id, weak] : state_->maps) {
    if (const auto map = weak.lock()) text += map_text(*map);
  }
  for (const auto& [id, weak] : state_->links) {
    const auto link = weak.lock();
    if (!link) continue;
    text += fmt::format("link {} program {} target {}\n", id.value, link->program->info.id.value,
                        link->info().target);
  }
  for (const auto& [key, chain] : state_->chains) text += chain_text(key, chain);
  for (const auto& [path, node] : state_->pins)
    text += fmt::format("pin {} {}\n", path, object_text(node.object.get()));
  for (const auto& [inode, pid] : state_->locks) {
    const auto path = state_->directories.find(inode);
    text += fmt::format("lock {} pid {}\n",
                        path == state_->directories.end() ? "(removed)" : path->second, pid);
  }
  return text;
}

}  // namespace linchpin::testing
