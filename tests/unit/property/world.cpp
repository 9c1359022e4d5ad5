// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/testing/fake_kernel.hpp>

#include <tuple>

#include "guard.bpf.hpp"
#include "guard_v2.bpf.hpp"
#include "guide.bpf.hpp"
#include "guide_v2.bpf.hpp"
#include "property.bpf.hpp"
#include "property_v2.bpf.hpp"

namespace property {

namespace {

using linchpin::uapi::attach_type;

const std::vector<std::string> interface_names{"eth0", "eth1", "eth2"};
const std::vector<std::string> cgroup_names{"/sys/fs/cgroup/web", "/sys/fs/cgroup/jobs"};

constexpr const char* elsewhere = "/run/netns/elsewhere";
// Where services attach from outside, at an interface whose name another one has here.
constexpr const char* far_netns = "/run/netns/far";
constexpr const char* far_name = "eth0";

std::vector<hook_choice> every_hook() {
  std::vector<hook_choice> hooks;
  for (const auto& name : interface_names) {
    hooks.push_back({linchpin::hook::tcx_ingress{name}, "in"});
    hooks.push_back({linchpin::hook::tcx_egress{name}, "out"});
    hooks.push_back({linchpin::hook::xdp{name}, "xdp", true});
  }
  for (const auto& name : cgroup_names) {
    hooks.push_back({linchpin::hook::cgroup_connect4{name}, "connect4"});
    hooks.push_back({linchpin::hook::cgroup_connect6{name}, "connect6"});
  }
  hooks.push_back({linchpin::hook::cgroup_skb_ingress{cgroup_names[0]}, "skb"});
  hooks.push_back({linchpin::hook::cgroup_sock_create{cgroup_names[0]}, "sock"});
  hooks.push_back({linchpin::hook::sk_lookup{}, "lookup"});
  hooks.push_back({linchpin::hook::tcx_ingress{far_name, far_netns}, "in"});
  hooks.push_back({linchpin::hook::xdp{far_name, far_netns}, "xdp", true});
  return hooks;
}

}  // namespace

std::vector<object_choice> world::objects() {
  return {
      {"property",
       [](bool second) { return second ? bpf_objects::property_v2() : bpf_objects::property(); },
       {{"in", "ts_p_in"},
        {"out", "ts_p_out"},
        {"xdp", "ts_p_xdp"},
        {"connect4", "ts_p_connect4"},
        {"connect6", "ts_p_connect6"},
        {"skb", "ts_p_skb"},
        {"sock", "ts_p_sock"},
        {"lookup", "ts_p_lookup"}},
       "ts_p_seen",
       8,
       2},
      {"guard",
       [](bool second) { return second ? bpf_objects::guard_v2() : bpf_objects::guard(); },
       {{"in", "guard_in"},
        {"out", "guard_out"},
        {"xdp", "guard_xdp"},
        {"connect4", "guard_connect"},
        {"connect6", "guard_connect6"}},
       "flows",
       5,
       3,
       "version"},
      {"guide",
       [](bool second) { return second ? bpf_objects::guide_v2() : bpf_objects::guide(); },
       {{"in", "guide_in"}},
       "",
       1,
       2},
  };
}

world::world(machine_kind kind, chooser& chance)
    : kind_(kind), chance_(chance), hooks_(every_hook()) {
  if (!kind.tcx)
    machine_.facts().of(linchpin::hook::tcx_link).available =
        linchpin::answer::no("kernel before 6.6");
  if (!kind.cgroup_order)
    machine_.facts().of(linchpin::hook::cgroup_link).ordered =
        linchpin::answer::no("kernel before 6.17");
  for (const auto& name : interface_names) {
    machine_.add_interface(name);
    interfaces_[name] = machine_.point(linchpin::hook::xdp_native, attach_type::xdp, name).identity;
  }
  machine_.add_netns(far_netns);
  machine_.add_interface(far_name, far_netns);
  far_ = machine_.point(linchpin::hook::xdp_native, attach_type::xdp, far_name, far_netns).identity;
  for (const auto& path : cgroup_names) {
    machine_.add_cgroup(path);
    cgroups_[path] =
        machine_.point(linchpin::hook::cgroup_link, attach_type::cgroup_inet4_connect, path)
            .identity;
  }
}

std::optional<linchpin::target_identity> world::resolve(const linchpin::any_hook& hook) const {
  const auto& on = hook.on();
  if (on.kind == linchpin::hook::netns_target)
    return machine_.point(linchpin::hook::netns_link, attach_type::sk_lookup, on.name).identity;
  if (on.netns == far_netns) return far_;
  const auto& known = on.kind == linchpin::hook::interface_target ? interfaces_ : cgroups_;
  const auto found = known.find(on.name);
  if (found == known.end()) return std::nullopt;
  return found->second;
}

bool world::exists(const linchpin::target_identity& which) const {
  if (which.kind == linchpin::hook::netns_target || which == far_) return true;
  const auto& known = which.kind == linchpin::hook::interface_target ? interfaces_ : cgroups_;
  return std::any_of(known.begin(), known.end(),
                     [&which](const auto& entry) { return entry.second == which; });
}

linchpin::attach_point world::point(const chain_key& at) const {
  const auto* const family = linchpin::find_hook_family(at.family);
  auto how = linchpin::hook::cgroup_link;
  if (at.family == "xdp") how = linchpin::hook::xdp_native;
  if (at.family == "sk_lookup") how = linchpin::hook::netns_link;
  if (at.family.starts_with("tcx"))
    how = kind_.tcx ? linchpin::hook::tcx_link : linchpin::hook::clsact_filter;
  const bool is_far = at.on == far_;
  return {how,
          family->attach,
          {family->target->kind, {}, is_far ? std::string{far_netns} : std::string{}},
          at.on};
}

bool world::has_order(std::string_view family) const {
  if (family.starts_with("tcx")) return true;
  return family.starts_with("cgroup") && kind_.cgroup_order;
}

bool world::has_links(std::string_view family) const {
  return kind_.tcx || !family.starts_with("tcx");
}

std::vector<chain_key> world::places() const {
  std::set<chain_key> found;
  for (const auto& hook : hooks_) {
    const std::string family{hook.hook.family().name};
    const auto& on = hook.hook.on();
    if (on.kind == linchpin::hook::netns_target || !on.netns.empty()) {
      found.insert({family, *resolve(hook.hook)});
      continue;
    }
    const auto& known =
        hook.hook.on().kind == linchpin::hook::interface_target ? interfaces_ : cgroups_;
    for (const auto& [name, identity] : known) found.insert({family, identity});
  }
  return {found.begin(), found.end()};
}

std::optional<linchpin::program_id> world::add_stranger(const hook_choice& at,
                                                        const std::string& name) {
  const auto on = resolve(at.hook);
  if (!on) return std::nullopt;
  const chain_key key{std::string{at.hook.family().name}, *on};
  linchpin::anchor where;
  if (has_order(key.family) && chance_.chance(30)) where.kind = linchpin::anchor_kind::first;
  const auto made = machine_.add_foreign_program(point(key), name, where);
  if (!made) return std::nullopt;
  if (!has_links(key.family)) add_filter_beside(key);
  standing_.push_back({*made, key});
  strangers_[*made] = name;
  return *made;
}

// Somebody's filter that is no eBPF program, close to one of those who stand there.
void world::add_filter_beside(const chain_key& at) {
  linchpin::testing::fake_kernel looking{machine_};
  const auto seen = looking.query(point(at));
  if (!seen || seen->entries.empty()) return;
  const int beside = chance_.one_of(seen->entries).tc_priority;
  const int number = beside + static_cast<int>(chance_.below(5)) - 2;
  if (number < 1 || number > 65535) return;
  // Refused where a filter has that number.
  static_cast<void>(
      machine_.add_foreign_filter(point(at), static_cast<std::uint16_t>(number)).has_value());
}

std::string world::outside_event() {
  const auto what = chance_.below(10);
  if (what < 4) return let_stranger_come();
  if (what < 6) return let_stranger_leave();
  if (what == 6) return let_intruder_in();
  if (what == 7) return disturb_pin();
  return rename_or_recreate();
}

std::string world::let_stranger_come() {
  const auto& at = chance_.one_of(hooks_);
  if (at.exclusive && !chance_.chance(15)) return "nothing";
  const std::string name = chance_.chance(25) ? "gateway" : "stranger";
  const auto made = add_stranger(at, name);
  return made ? name + "#" + std::to_string(made->value) + " comes to " + at.hook.text()
              : "nothing";
}

std::string world::let_stranger_leave() {
  if (standing_.empty()) return "nothing";
  const auto index = chance_.below(standing_.size());
  const auto gone = standing_[index].program;
  standing_.erase(standing_.begin() + static_cast<std::ptrdiff_t>(index));
  machine_.remove_foreign_program(gone);
  return "stranger #" + std::to_string(gone.value) + " leaves";
}

std::string world::let_intruder_in() {
  if (our_links.empty()) return "nothing";
  const auto& link = chance_.one_of(our_links);
  const auto made = machine_.replace_program(link.id, "intruder");
  if (!made) return "nothing";
  strangers_[*made] = "intruder";
  intruders[*made] = link.component;
  return "intruder #" + std::to_string(made->value) + " into link " +
         std::to_string(link.id.value) + " of " + link.component;
}

std::string world::disturb_pin() {
  std::vector<std::string> pins;
  for (auto& path : machine_.pins()) {
    if (path.find("/link-") != std::string::npos) pins.push_back(std::move(path));
  }
  if (pins.empty()) return "nothing";
  linchpin::testing::fake_kernel somebody{machine_};
  const auto& path = chance_.one_of(pins);
  if (chance_.chance(30)) return detach_by_force(somebody, path);
  static_cast<void>(somebody.remove_pin(path).has_value());
  return "pin " + path + " is removed";
}

std::string world::detach_by_force(linchpin::kernel& somebody, const std::string& path) {
  const auto link = somebody.open_pin(path, linchpin::pin_kind::link);
  if (!link || !*link) return "nothing";
  const auto info = somebody.describe_link(link->ref());
  if (!info || info->target_gone()) return "nothing";
  const auto done = somebody.detach({}, {info->id, 0, 0}, link->ref(), info->program);
  return done ? "the link pinned at " + path + " is detached" : "nothing";
}

void world::identify(const std::string& interface) {
  interfaces_[interface] =
      machine_.point(linchpin::hook::xdp_native, attach_type::xdp, interface).identity;
}

void world::drop(const linchpin::target_identity& which) {
  std::erase_if(standing_, [&](const stranger_place& stranger) {
    if (!(stranger.at.on == which)) return false;
    machine_.remove_foreign_program(stranger.program);
    return true;
  });
}

std::string world::rename_or_recreate() {
  const auto& name = chance_.one_of(interface_names);
  switch (chance_.below(5)) {
    case 0: {  // made anew
      if (const auto old = interfaces_.find(name); old != interfaces_.end()) {
        machine_.remove_interface(name);
        drop(old->second);
      }
      machine_.add_interface(name);
      identify(name);
      return name + " is made anew";
    }
    case 1: {  // gone
      const auto old = interfaces_.find(name);
      if (old == interfaces_.end()) return "nothing";
      machine_.remove_interface(name);
      const auto which = old->second;
      interfaces_.erase(old);
      drop(which);
      return name + " goes";
    }
    case 2: {  // away and back
      const auto away = "away-" + name;
      const bool here = interfaces_.contains(name), gone = interfaces_.contains(away);
      if (here == gone) return "nothing";
      const auto& from = here ? name : away;
      const auto& to = here ? away : name;
      machine_.rename_interface(from, to);
      interfaces_[to] = interfaces_.at(from);
      interfaces_.erase(from);
      return from + " is renamed to " + to;
    }
    case 3: {  // two exchange their names
      const auto& other = chance_.one_of(interface_names);
      if (name == other || !interfaces_.contains(name) || !interfaces_.contains(other))
        return "nothing";
      machine_.rename_interface(name, "aside");
      machine_.rename_interface(other, name);
      machine_.rename_interface("aside", other);
      std::swap(interfaces_[name], interfaces_[other]);
      return name + " and " + other + " exchange their names";
    }
    default: {
      const auto& path = chance_.one_of(cgroup_names);
      machine_.remove_cgroup(path);
      drop(cgroups_.at(path));
      machine_.add_cgroup(path);
      cgroups_[path] =
          machine_.point(linchpin::hook::cgroup_link, attach_type::cgroup_inet4_connect, path)
              .identity;
      return path + " is made anew";
    }
  }
}

std::string world::move_away_or_back() {
  const auto& name = chance_.one_of(interface_names);
  if (const auto moved = moved_.find(name); moved != moved_.end()) {
    if (interfaces_.contains(name)) return "nothing";
    machine_.move_interface_to_netns(name, "", elsewhere);
    interfaces_.insert(moved_.extract(moved));
    return name + " comes back to its namespace";
  }
  if (!interfaces_.contains(name)) return "nothing";
  machine_.add_netns(elsewhere);
  machine_.move_interface_to_netns(name, elsewhere);
  moved_.insert(interfaces_.extract(name));
  return name + " moves to another namespace";
}

std::vector<std::uint64_t> world::out_of_sight() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [name, identity] : moved_) numbers.push_back(identity.id);
  return numbers;
}

void world::put_back() {
  for (const auto& name : interface_names) {
    const bool missing = !interfaces_.contains(name);
    if (const auto moved = moved_.find(name); moved != moved_.end() && missing) {
      machine_.move_interface_to_netns(name, "", elsewhere);
      interfaces_.insert(moved_.extract(moved));
    } else if (moved != moved_.end()) {
      machine_.remove_interface(name, elsewhere);
      drop(moved->second);
      moved_.erase(moved);
    } else if (missing) {
      machine_.add_interface(name);
      identify(name);
    }
  }
  std::erase_if(standing_, [this](const stranger_place& stranger) {
    if (stranger.at.family != "xdp") return false;
    machine_.remove_foreign_program(stranger.program);
    return true;
  });
}

}  // namespace property
