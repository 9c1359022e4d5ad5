// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/machine_state.hpp"

#include <linchpin/hook/families.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

std::string kernel_name(std::string name) {
  constexpr std::size_t kept = 15;  // BPF_OBJ_NAME_LEN with its terminating zero
  if (name.size() > kept) name.resize(kept);
  return name;
}

}  // namespace

void map::last_user_left() noexcept {
  if (info.type == uapi::map_type::prog_array) programs.clear();
}

link::~link() {
  machine->leave_chain(*this);
}

link_info link::info() const {
  link_info about;
  about.id = id;
  about.type = traits_of(at.how).link;
  about.program = program->info.id;
  if (traits_of(at.how).link_tells_type) about.attach_type = at.type;
  about.target = attached ? at.target : 0;
  return about;
}

std::shared_ptr<map> machine_state::make_map(map_info info) {
  auto made = std::make_shared<map>();
  info.id = map_id{++last_map};
  info.name = kernel_name(std::move(info.name));
  made->info = std::move(info);
  maps[made->info.id] = made;
  return made;
}

std::shared_ptr<program> made_of(const std::shared_ptr<map>& ops) {
  auto made = std::make_shared<program>();
  made->info.id = program_id{ops->info.id.value};
  made->info.type = uapi::program_type::struct_ops;
  made->info.name = ops->info.name;
  made->expected_attach_type = uapi::attach_type::struct_ops;
  made->maps.push_back(ops);
  return made;
}

std::shared_ptr<program> machine_state::make_program(std::string name, uapi::program_type type,
                                                     uapi::attach_type expected) {
  auto made = std::make_shared<program>();
  made->info.id = program_id{++last_program};
  made->info.type = type;
  made->info.name = kernel_name(std::move(name));
  made->expected_attach_type = expected;
  programs[made->info.id] = made;
  return made;
}

// As the kernel follows a path: "..", too, must come after a directory that is there.
std::optional<std::string> machine_state::cgroup_path(const std::string& spelled) const {
  const auto is_directory = [this](const std::string& path) {
    return std::any_of(cgroups.begin(), cgroups.end(), [&path](const auto& cgroup) {
      return cgroup.first == path || cgroup.first.starts_with(path + '/');
    });
  };
  if (!spelled.starts_with('/')) return std::nullopt;
  std::string path;
  for (std::size_t at = 0; at < spelled.size();) {
    const auto end = std::min(spelled.find('/', at), spelled.size());
    const auto step = spelled.substr(at, end - at);
    at = end + 1;
    if (step.empty() || step == ".") continue;
    if (step != "..") {
      path += '/' + step;
    } else if (!path.empty()) {
      if (!is_directory(path)) return std::nullopt;
      path.resize(path.rfind('/'));
    }
  }
  return path;
}

std::optional<std::uint64_t> machine_state::netns_at(const std::string& path,
                                                     std::uint64_t own) const {
  if (path.empty()) return own;
  const auto found = namespaces.find(path);
  if (found == namespaces.end()) return std::nullopt;
  return found->second;
}

std::optional<target_identity> machine_state::identify(const target& wanted,
                                                       std::uint64_t netns) const {
  if (wanted.kind == hook::interface_target) {
    const auto there = netns_at(wanted.netns, netns);
    if (!there) return std::nullopt;
    const auto found = interfaces.find({*there, wanted.name});
    if (found == interfaces.end()) return std::nullopt;
    return target_identity{wanted.kind, found->second, netns_inode{*there}};
  }
  if (wanted.kind == hook::netns_target && wanted.name.empty())
    return target_identity{wanted.kind, netns, {}};
  if (wanted.kind == hook::kernel_target && wanted.name.empty())
    return target_identity{wanted.kind, 1, {}};
  // A name means a map of one component and nothing to the machine.
  if (wanted.kind == hook::sockmap_target) return std::nullopt;
  const bool is_cgroup = wanted.kind == hook::cgroup_target;
  const auto path = is_cgroup ? cgroup_path(wanted.name) : std::optional{wanted.name};
  if (!path) return std::nullopt;
  const auto& known = is_cgroup ? cgroups : namespaces;
  const auto found = known.find(*path);
  if (found == known.end()) return std::nullopt;
  return target_identity{wanted.kind, found->second, {}};
}

std::vector<std::pair<std::uint64_t, std::string>> machine_state::cgroups_above(
    std::uint64_t cgroup) const {
  std::vector<std::pair<std::uint64_t, std::string>> above;
  const auto own = std::find_if(cgroups.begin(), cgroups.end(),
                                [cgroup](const auto& named) { return named.second == cgroup; });
  if (own == cgroups.end()) return above;
  auto path = own->first;
  while (path.find('/') != std::string::npos) {
    path.resize(path.rfind('/'));
    const auto parent = cgroups.find(path);
    if (parent != cgroups.end()) above.emplace_back(parent->second, path);
  }
  return above;
}

bool machine_state::target_exists(const target_identity& which) const {
  if (which.kind == hook::interface_target) {
    return std::any_of(interfaces.begin(), interfaces.end(), [&which](const auto& interface) {
      return interface.second == which.id &&
             (!which.netns || which.netns.value == interface.first.netns);
    });
  }
  if (which.kind == hook::kernel_target) return which.id == 1;
  if (which.kind == hook::sockmap_target) {
    const auto found = maps.find(map_id{static_cast<std::uint32_t>(which.id)});
    return found != maps.end() && !found->second.expired();
  }
  if (which.kind == hook::netns_target && inhabited.contains(which.id)) return true;
  const auto& known = which.kind == hook::cgroup_target ? cgroups : namespaces;
  return std::any_of(known.begin(), known.end(),
                     [&which](const auto& target) { return target.second == which.id; });
}

void machine_state::drop_filters(std::uint64_t interface) {
  for (auto at = chains.begin(); at != chains.end();) {
    const bool leaves = !has_link(at->first.how) && at->first.target == interface;
    at = leaves ? chains.erase(at) : std::next(at);
  }
}

void machine_state::drop_unnamed(std::uint64_t netns) {
  const auto leads_there = [netns](const auto& named) { return named.second == netns; };
  if (std::any_of(namespaces.begin(), namespaces.end(), leads_there)) return;
  if (inhabited.contains(netns)) return;
  for (auto at = interfaces.begin(); at != interfaces.end();) {
    if (at->first.netns != netns) {
      ++at;
      continue;
    }
    const auto id = at->second;
    at = interfaces.erase(at);
    drop_target(hook::interface_target, id);
  }
  drop_target(hook::netns_target, netns);
}

void machine_state::renumber_target(std::uint64_t from, std::uint64_t to) {
  std::vector<hook_key> there;
  for (const auto& [key, chain] : chains) {
    if (key.target == from) there.push_back(key);
  }
  for (const auto& key : there) {
    auto moving = chains.extract(key);
    moving.key().target = to;
    for (auto& place : moving.mapped().slots) {
      if (place.link != nullptr) place.link->at.target = to;
    }
    chains.insert(std::move(moving));
  }
}

void machine_state::drop_target(target_kind kind, std::uint64_t id) {
  for (auto at = chains.begin(); at != chains.end();) {
    if (traits_of(at->first.how).target->kind != kind || at->first.target != id) {
      ++at;
      continue;
    }
    for (const auto& place : at->second.slots) {
      if (place.link != nullptr) place.link->attached = false;
    }
    const auto gone = std::move(at->second);  // filters end after the chain was left
    at = chains.erase(at);
  }
}

void machine_state::leave_chain(const link& leaving) noexcept {
  const auto at = chains.find(leaving.at);
  if (!leaving.attached || at == chains.end()) return;
  auto& slots = at->second.slots;
  const auto erased = std::erase_if(slots, [&](const slot& slot) { return slot.link == &leaving; });
  if (erased == 0) return;
  ++at->second.revision;
  // The kernel forgets the counter with the chain of a device, and keeps it with a cgroup.
  const auto scope = traits_of(leaving.at.how).target->scope;
  if (slots.empty() && scope == target_scope::in_a_netns) chains.erase(at);
}

std::size_t entry_value_size(const map_info& info, std::uint32_t cpus) {
  switch (info.type) {
    case uapi::map_type::percpu_hash:
    case uapi::map_type::percpu_array:
    case uapi::map_type::lru_percpu_hash:
      return (std::size_t{info.value_size} + 7) / 8 * 8 * cpus;
    default:
      return info.value_size;
  }
}

hook_key key_of(const attach_point& at) {
  return {chain_of(at.how), at.type, at.identity.id};
}

}  // namespace linchpin::testing::fake
