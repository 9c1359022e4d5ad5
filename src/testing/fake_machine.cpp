// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_machine.hpp>

#include <linchpin/hook/families.hpp>

#include <linchpin/core/detail/try.hpp>
#include "testing/fake/machine_state.hpp"
#include "testing/fake/pin_tree.hpp"

#include <algorithm>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

constexpr std::uint64_t first_netns_inode = 4026531840U;

}  // namespace

fake_machine::fake_machine() : state_(new fake::machine_state) {
  auto& facts = state_->facts;
  facts.possible_cpus = 2;
  for (const auto* traits : hook_mechanisms()) {
    auto& known = facts.of(traits->how);
    if (traits->has_link) known.available = answer::yes();
    known.ordered = answer::yes();
  }
  facts.map_batch = answer::yes();
  facts.memlock = answer::no("a kernel of today");
  state_->namespaces[""] = first_netns_inode;
  fake::pin_tree{*state_}.make_directory(state_->bpffs_root);
  add_interface("lo");
}

fake_machine::~fake_machine() {
  delete state_;
}

kernel_facts& fake_machine::facts() noexcept {
  return state_->facts;
}

ifindex fake_machine::add_interface(const std::string& name, const std::string& netns) {
  const fake::interface_place place{state_->namespaces.at(netns), name};
  const auto index = ++state_->last_target;
  state_->interfaces.try_emplace(place, index);
  return ifindex{static_cast<std::uint32_t>(state_->interfaces.at(place))};
}

void fake_machine::remove_interface(const std::string& name, const std::string& netns) {
  const auto found = state_->interfaces.find({state_->namespaces.at(netns), name});
  if (found == state_->interfaces.end()) return;
  const auto id = found->second;
  state_->interfaces.erase(found);
  state_->drop_target(hook::interface_target, id);
}

ifindex fake_machine::recreate_interface(const std::string& name, const std::string& netns) {
  remove_interface(name, netns);
  return add_interface(name, netns);
}

void fake_machine::rename_interface(const std::string& from, const std::string& to,
                                    const std::string& netns) {
  const auto inode = state_->namespaces.at(netns);
  auto named = state_->interfaces.extract({inode, from});
  if (named.empty()) return;
  named.key().name = to;
  state_->interfaces.insert(std::move(named));
}

void fake_machine::move_interface_to_netns(const std::string& name, const std::string& netns_path,
                                           const std::string& from_netns) {
  auto moving = state_->interfaces.extract({state_->namespaces.at(from_netns), name});
  if (moving.empty()) return;
  moving.key().netns = state_->namespaces.at(netns_path);
  state_->drop_filters(moving.mapped());
  state_->interfaces.insert(std::move(moving));
}

ifindex fake_machine::renumber_interface(const std::string& name, const std::string& netns,
                                         ifindex to) {
  auto& index = state_->interfaces.at({state_->namespaces.at(netns), name});
  state_->drop_filters(index);
  const auto former = std::exchange(index, to ? to.value : ++state_->last_target);
  state_->renumber_target(former, index);
  return ifindex{static_cast<std::uint32_t>(index)};
}

cgroup_id fake_machine::add_cgroup(const std::string& path) {
  return cgroup_id{add_target(hook::cgroup_target, path)};
}

void fake_machine::remove_cgroup(const std::string& path) {
  remove_target(hook::cgroup_target, path);
}

std::uint64_t fake_machine::add_target(target_kind kind, const std::string& name) {
  auto& known = state_->named[kind];
  known.try_emplace(name, ++state_->last_target);
  return known.at(name);
}

void fake_machine::remove_target(target_kind kind, const std::string& name) {
  auto& known = state_->named[kind];
  const auto found = known.find(name);
  if (found == known.end()) return;
  const auto id = found->second;
  known.erase(found);
  state_->drop_target(kind, id);
}

netns_inode fake_machine::add_netns(const std::string& path) {
  state_->namespaces.try_emplace(path, first_netns_inode + ++state_->last_target);
  return netns_inode{state_->namespaces.at(path)};
}

void fake_machine::name_netns(const std::string& path, const std::string& known_as) {
  name_netns(path, netns_inode{state_->namespaces.at(known_as)});
}

void fake_machine::name_netns(const std::string& path, netns_inode which) {
  remove_netns(path);
  state_->namespaces[path] = which.value;
}

void fake_machine::remove_netns(const std::string& path) {
  const auto found = state_->namespaces.find(path);
  if (found == state_->namespaces.end()) return;
  const auto inode = found->second;
  state_->namespaces.erase(found);
  state_->drop_unnamed(inode);
}

void fake_machine::inhabit_netns(const std::string& path) {
  state_->inhabited.insert(state_->namespaces.at(path));
}

void fake_machine::leave_netns(netns_inode which) {
  if (state_->inhabited.erase(which.value) != 0) state_->drop_unnamed(which.value);
}

attach_point fake_machine::point(mechanism how, uapi::attach_type type, const std::string& name,
                                 const std::string& netns) const {
  const auto kind = traits_of(how).target->kind;
  attach_point at{how, type, {kind, name}, {}};
  at.identity =
      state_->identify(at.on, state_->namespaces.at(netns)).value_or(target_identity{kind, 0, {}});
  return at;
}

void fake_machine::remove_tree(const std::string& path) {
  fake::pin_tree{*state_}.remove_tree(path);
}

result<void> fake_machine::rename_path(const std::string& from, const std::string& to) {
  return fake::pin_tree{*state_}.rename(from, to);
}

result<program_id> fake_machine::add_foreign_program(const attach_point& at,
                                                     const std::string& name, const anchor& where) {
  const auto type = fake::type_for(at);
  auto program = state_->make_program(name, type, at.type);
  LINCHPIN_TRY(auto made, fake::attach_program(*state_, at, program, where));
  if (made.made) state_->foreign.emplace_back(std::move(made.made));
  return program->info.id;
}

result<program_id> fake_machine::add_sole_program(const attach_point& at, const std::string& name,
                                                  bool closes_below) {
  auto program = state_->make_program(name, fake::type_for(at), at.type);
  const auto id = program->info.id;
  LINCHPIN_CHECK(
      fake::attach_sole_program(*state_, at, std::move(program),
                                closes_below ? fake::sharing::nobody : fake::sharing::below));
  return id;
}

result<void> fake_machine::add_foreign_filter(const attach_point& at, std::uint16_t tc_priority) {
  if (!state_->target_exists(at.identity)) return error{errc::not_found, "add filter", at.on.name};
  auto& chain = state_->chains[fake::key_of(at)];
  auto& others = chain.other_priorities;
  const auto place = std::lower_bound(others.begin(), others.end(), tc_priority);
  const bool taken = (place != others.end() && *place == tc_priority) ||
                     std::any_of(chain.slots.begin(), chain.slots.end(), [&](const auto& filter) {
                       return filter.tc_priority == tc_priority;
                     });
  if (taken) return error{errc::already_exists, "add filter", at.on.name};
  others.insert(place, tc_priority);
  return {};
}

void fake_machine::remove_foreign_program(program_id which) {
  std::erase_if(state_->foreign, [which](const fake::user_ref& user) {
    const auto link = fake::as<fake::link>(user.get());
    return link && link->program->info.id == which;
  });
  for (auto& [key, chain] : state_->chains) {
    std::erase_if(chain.slots, [which](const fake::slot& slot) {
      return slot.filter && slot.filter->info.id == which;
    });
  }
}

result<program_id> fake_machine::replace_program(link_id link, const std::string& name) {
  const auto known = state_->links.find(link);
  auto target = known == state_->links.end() ? nullptr : known->second.lock();
  if (!target) return error{errc::not_found, "replace program", name};
  const auto& former = *target->program;
  auto program = state_->make_program(name, former.info.type, former.expected_attach_type);
  attach_point at{target->at.how, target->at.type, {}, {}};
  LINCHPIN_CHECK(fake::swap_program(*state_, {at, {}, target, program, former.info.id}));
  return program->info.id;
}

void fake_machine::fill_prog_array(map_id array, std::uint32_t index, program_id which) {
  const auto map = state_->maps.find(array);
  const auto program = state_->programs.find(which);
  if (map == state_->maps.end() || program == state_->programs.end()) return;
  const auto into = map->second.lock();
  auto held = program->second.lock();
  if (into && held) into->programs[index] = std::move(held);
}

void fake_machine::reject_program(const std::string& name, const std::string& log) {
  state_->rejected[name] = log;
}

std::vector<program_id> fake_machine::run(const attach_point& at) const {
  std::vector<program_id> ran;
  auto pass = [this, &ran, key = fake::key_of(at)](std::uint64_t target) mutable {
    key.target = target;
    const auto& chain = fake::seen_chain(*state_, key);
    // A program that does not share its hook runs only when no cgroup below has one.
    if (chain.sharing != fake::sharing::with_all && !ran.empty()) return;
    for (const auto& slot : chain.slots) ran.push_back(slot.program()->info.id);
  };
  pass(at.identity.id);
  if (!traits_of(at.how).may_be_closed) return ran;
  for (const auto& [parent, path] : state_->targets_above(at.identity)) pass(parent);
  return ran;
}

namespace {

template <class Id, class Object>
std::vector<Id> alive(const std::map<Id, std::weak_ptr<Object>>& all) {
  std::vector<Id> ids;
  for (const auto& [id, object] : all) {
    if (!object.expired()) ids.push_back(id);
  }
  return ids;
}

}  // namespace

std::vector<program_id> fake_machine::programs() const {
  return alive(state_->programs);
}
std::vector<map_id> fake_machine::maps() const {
  return alive(state_->maps);
}
std::vector<link_id> fake_machine::links() const {
  return alive(state_->links);
}

std::vector<std::string> fake_machine::pins() const {
  std::vector<std::string> paths;
  for (const auto& [path, node] : state_->pins) paths.push_back(node.directory ? path + '/' : path);
  return paths;
}

}  // namespace linchpin::testing
