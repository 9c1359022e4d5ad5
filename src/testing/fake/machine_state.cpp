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

// The name under which a directory is kept, from any spelling of its path. As the kernel follows a path: "..",
// too, must come after a directory that is there.
std::optional<std::string> directory_path(const std::map<std::string, std::uint64_t>& known,
                                          const std::string& spelled) {
  const auto is_directory = [&known](const std::string& path) {
    return std::any_of(known.begin(), known.end(), [&path](const auto& directory) {
      return directory.first == path || directory.first.starts_with(path + '/');
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

bool has_number(const std::map<std::string, std::uint64_t>& known, std::uint64_t id) {
  return std::any_of(known.begin(), known.end(),
                     [id](const auto& target) { return target.second == id; });
}

// The number of the one target of a kind that needs no name: the kernel.
constexpr std::uint64_t only_one = 1;

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
  if (linchpin::detail::reports_attach_type(about.type)) about.attach_type = at.type;
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

std::optional<std::uint64_t> machine_state::netns_at(const std::string& path,
                                                     std::uint64_t own) const {
  if (path.empty()) return own;
  const auto found = namespaces.find(path);
  if (found == namespaces.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint64_t> machine_state::id_of_named(const target& wanted) const {
  const auto& kind = traits_of(wanted.kind);
  if (wanted.name.empty() && !kind.unnamed.empty()) return only_one;
  const auto known = named.find(wanted.kind);
  if (known == named.end()) return std::nullopt;
  const auto name =
      kind.is_path ? directory_path(known->second, wanted.name) : std::optional{wanted.name};
  if (!name) return std::nullopt;
  const auto found = known->second.find(*name);
  if (found == known->second.end()) return std::nullopt;
  return found->second;
}

std::optional<target_identity> machine_state::identify(const target& wanted,
                                                       std::uint64_t netns) const {
  const auto identity = [&wanted](std::optional<std::uint64_t> id) {
    return id ? std::optional{target_identity{wanted.kind, *id, {}}} : std::nullopt;
  };
  switch (traits_of(wanted.kind).scope) {
    case target_scope::in_a_netns: {
      const auto there = netns_at(wanted.netns, netns);
      if (!there) return std::nullopt;
      const auto found = interfaces.find({*there, wanted.name});
      if (found == interfaces.end()) return std::nullopt;
      return target_identity{wanted.kind, found->second, netns_inode{*there}};
    }
    case target_scope::is_a_netns:
      return identity(netns_at(wanted.name, netns));
    case target_scope::everywhere:
      return identity(id_of_named(wanted));
    case target_scope::in_the_component:
      break;  // a name means a map of one component and nothing to the machine
  }
  return std::nullopt;
}

std::vector<std::pair<std::uint64_t, std::string>> machine_state::targets_above(
    const target_identity& which) const {
  std::vector<std::pair<std::uint64_t, std::string>> above;
  const auto known = named.find(which.kind);
  if (known == named.end()) return above;
  const auto& paths = known->second;
  const auto own = std::find_if(paths.begin(), paths.end(),
                                [&which](const auto& target) { return target.second == which.id; });
  if (own == paths.end()) return above;
  auto path = own->first;
  while (path.find('/') != std::string::npos) {
    path.resize(path.rfind('/'));
    const auto parent = paths.find(path);
    if (parent != paths.end()) above.emplace_back(parent->second, path);
  }
  return above;
}

bool machine_state::target_exists(const target_identity& which) const {
  const auto& kind = traits_of(which.kind);
  switch (kind.scope) {
    case target_scope::in_a_netns:
      return std::any_of(interfaces.begin(), interfaces.end(), [&which](const auto& interface) {
        return interface.second == which.id &&
               (!which.netns || which.netns.value == interface.first.netns);
      });
    case target_scope::is_a_netns:
      return inhabited.contains(which.id) || has_number(namespaces, which.id);
    case target_scope::in_the_component: {
      const auto found = maps.find(map_id{static_cast<std::uint32_t>(which.id)});
      return found != maps.end() && !found->second.expired();
    }
    case target_scope::everywhere:
      break;
  }
  if (!kind.unnamed.empty() && which.id == only_one) return true;
  const auto known = named.find(which.kind);
  return known != named.end() && has_number(known->second, which.id);
}

void machine_state::drop_filters(std::uint64_t interface) {
  for (auto at = chains.begin(); at != chains.end();) {
    const bool leaves = !has_link(at->first.how) && at->first.target == interface;
    at = leaves ? chains.erase(at) : std::next(at);
  }
}

void machine_state::drop_unnamed(std::uint64_t netns) {
  const auto leads_there = [netns](const auto& target) { return target.second == netns; };
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
