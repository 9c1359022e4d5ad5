// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_kernel.hpp>

#include <linchpin/hook/families.hpp>

#include <linchpin/core/detail/try.hpp>
#include "testing/fake/call.hpp"
#include "testing/fake/pin_tree.hpp"
#include "testing/fake/process_state.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

using fake::call;

fake_kernel::fake_kernel(fake_machine& on) : state_(new fake::process_state{*on.state_}) {}

fake_kernel::fake_kernel(std::unique_ptr<fake::process_state> state) noexcept
    : state_(state.release()) {}

fake_kernel::fake_kernel(fake_machine& on, const std::string& netns) : fake_kernel(on) {
  enter_netns(netns);
}

std::unique_ptr<fake_kernel> fake_kernel::fork() const {
  auto child = std::unique_ptr<fake_kernel>{
      new fake_kernel{std::make_unique<fake::process_state>(state_->machine)}};
  auto& state = *child->state_;
  state.netns = state_->netns;
  state.may_open_by_id = state_->may_open_by_id;
  state.privileges = state_->privileges;
  state.alive = state_->alive;
  state.last_number = state_->last_number;
  for (const auto& [number, held] : state_->handles)
    state.handles.emplace(number, fake::user_ref{held.get()});
  return child;
}

void fake_kernel::enter_netns(const std::string& path) {
  state_->netns = state_->machine.namespaces.at(path);
}

void fake_kernel::may_open_by_id(bool may) noexcept {
  state_->may_open_by_id = may;
}

void fake_kernel::set_privileges(const thread_privileges& held) {
  state_->privileges = held;
}

thread_privileges fake_kernel::privileges() {
  return state_->privileges;
}

fake_kernel::~fake_kernel() {
  delete state_;
}

void fake_kernel::kill() noexcept {
  state_->alive = false;
  // The table is emptied first: an object that ends with its handle may look at the other handles.
  const auto gone = std::move(state_->handles);
  state_->handles.clear();
}

bool fake_kernel::alive() const noexcept {
  return state_->alive;
}
int fake_kernel::pid() const noexcept {
  return state_->pid;
}
const call_counts& fake_kernel::calls() const noexcept {
  return state_->calls;
}
void fake_kernel::reset_calls() noexcept {
  state_->calls = {};
}
void fake_kernel::observe(call_observer* observer) noexcept {
  state_->observer = observer;
}

const kernel_facts& fake_kernel::facts() {
  return state_->machine.facts;
}

void fake_kernel::close(int number) noexcept {
  auto node = state_->handles.extract(number);  // ends after it left the table
}

result<std::vector<std::optional<target_identity>>> fake_kernel::resolve(
    std::span<const target> targets) {
  const call now{*state_, verb::resolve};
  if (!now) return now.dead();
  std::vector<std::optional<target_identity>> identities;
  for (const auto& target : targets) {
    const auto& kind = traits_of(target.kind);
    if (&kind == &unknown_target) {
      return error{errc::invalid_argument, "resolve target", target.name}.found(
          "an unknown kind of target");
    }
    const auto there = state_->machine.netns_at(target.netns, state_->netns);
    if (there && kind.scope == target_scope::in_a_netns) {
      LINCHPIN_CHECK(state_->check_visit("resolve target",
                                         fmt::format("{} {}", kind.noun, target.text()), *there));
    }
    identities.push_back(state_->machine.identify(target, state_->netns));
  }
  return identities;
}

result<std::optional<std::string>> fake_kernel::name_of(const target_identity& which,
                                                        const std::string& netns) {
  const call now{*state_, verb::name_of};
  if (!now) return now.dead();
  const auto there = state_->machine.netns_at(netns, state_->netns);
  const bool has_names_there = traits_of(which.kind).scope == target_scope::in_a_netns;
  if (!has_names_there || !there || which.netns.value != *there)
    return std::optional<std::string>{};
  LINCHPIN_CHECK(state_->check_visit("name interface", fmt::format("netns {}", netns), *there));
  for (const auto& [place, id] : state_->machine.interfaces) {
    if (id == which.id && place.netns == *there) return std::optional{place.name};
  }
  return std::optional<std::string>{};
}

result<std::vector<std::string>> fake_kernel::list_interfaces() {
  const call now{*state_, verb::list_interfaces};
  if (!now) return now.dead();
  std::vector<std::string> names;
  for (const auto& [place, id] : state_->machine.interfaces) {
    if (place.netns == state_->netns) names.push_back(place.name);
  }
  return names;
}

result<std::vector<link_id>> fake_kernel::list_links() {
  const call now{*state_, verb::list_links};
  if (!now) return now.dead();
  if (!state_->may_open_by_id)
    return error::from_errno(EPERM, "list links")
        .advice("grant CAP_SYS_ADMIN, which listing links takes");
  std::vector<link_id> ids;
  for (const auto& [id, link] : state_->machine.links) {
    if (!link.expired()) ids.push_back(id);
  }
  return ids;
}

namespace {

template <class Id, class Object>
std::shared_ptr<fake::object> find_alive(const std::map<Id, std::weak_ptr<Object>>& all,
                                         std::uint32_t id) {
  const auto found = all.find(Id{id});
  return found == all.end() ? nullptr : found->second.lock();
}

}  // namespace

result<handle> fake_kernel::open_by_id(pin_kind kind, std::uint32_t id) {
  const call now{*state_, verb::open_by_id};
  if (!now) return now.dead();
  if (!state_->may_open_by_id)
    return error::from_errno(EPERM, "open by id", fmt::format("id {}", id))
        .advice("opening by id takes CAP_SYS_ADMIN");
  const auto& machine = state_->machine;
  auto found = kind == pin_kind::program ? find_alive(machine.programs, id)
               : kind == pin_kind::map   ? find_alive(machine.maps, id)
                                         : find_alive(machine.links, id);
  return found ? handle{*this, state_->open(std::move(found))} : handle{};
}

namespace {

result<void> check_loading(const fake::process_state& process, const object_image& image,
                           const load_request& request) {
  for (const auto& program : image.spec().programs) {
    const bool asked =
        std::any_of(request.programs.begin(), request.programs.end(),
                    [&](const auto& directive) { return directive.name == program.name; });
    if (!asked && !program.autoload) continue;
    LINCHPIN_CHECK(process.check_privileges(
        "load", "program " + program.name,
        linchpin::detail::needs_to_load(program.type, process.privileges.bpf_for_all)));
  }
  return {};
}

}  // namespace

result<loaded_object> fake_kernel::load(const object_image& image, const load_request& request) {
  const call now{*state_, verb::load};
  if (!now) return now.dead();
  LINCHPIN_CHECK(check_loading(*state_, image, request));
  LINCHPIN_TRY(auto made, fake::load_object(state_->machine, image, request, *state_));
  loaded_object object;
  for (auto& [name, program] : made.programs)
    object.programs.push_back({name, handle{*this, state_->open(program)}, program->info});
  for (auto& [name, map] : made.maps)
    object.maps.push_back({name, handle{*this, state_->open(map)}, map->info});
  return object;
}

result<attachment> fake_kernel::attach(const attach_point& at, handle_ref program,
                                       const anchor& where) {
  const call now{*state_, verb::attach};
  if (!now) return now.dead();
  const auto what = state_->attachable(program);
  if (!what) return error::from_errno(EBADF, "attach", fake::hook_text(at));
  LINCHPIN_CHECK(state_->check_netns("attach", at));
  LINCHPIN_CHECK(state_->check_map("attach", at));
  LINCHPIN_CHECK(state_->check_privileges("attach", fake::hook_text(at),
                                          linchpin::detail::needs_to_attach(at.how, at.type)));
  LINCHPIN_TRY(auto made, fake::attach_program(state_->machine, at, what, where));
  attachment fresh;
  fresh.id = made.id;
  if (made.made) fresh.link = handle{*this, state_->open(std::move(made.made))};
  return fresh;
}

namespace {

// The link that a request names by its handle or by its pin; null for a filter.
result<std::shared_ptr<fake::link>> link_of(fake::process_state& process,
                                            const update_request& request) {
  if (request.pin.empty()) return process.find<fake::link>(request.link.number);
  const auto path = process.real_path(request.pin);
  const auto* const node = path ? fake::pin_tree{process.machine}.find(*path) : nullptr;
  if (node == nullptr) {
    return error{errc::conflict, "update", fake::hook_text(request.at)}
        .expected(fmt::format("a link pinned at {}", request.pin))
        .found("nothing there");
  }
  return fake::as<fake::link>(node->object.get());
}

result<void> may_update(const fake::process_state& process, const update_request& request) {
  if (!has_link(request.at.how)) {
    LINCHPIN_CHECK(process.check_netns("update", request.at));
    return process.check_privileges("update", fake::hook_text(request.at),
                                    linchpin::detail::needs_to_detach(request.at.how));
  }
  if (request.expected || process.may_open_by_id) return {};
  return error::from_errno(EPERM, "update", fake::hook_text(request.at))
      .expected("a handle of the program to replace, or CAP_SYS_ADMIN to get one by its id");
}

// The id of the program that a request replaces.
result<program_id> replaced_by(fake::process_state& process, const update_request& request) {
  if (!request.expected) return request.expected_id;
  const auto former = process.attachable(request.expected);
  if (!former) return error::from_errno(EBADF, "update", fake::hook_text(request.at));
  return former->info.id;
}

// Whether a link is the one that was asked for, and runs the next program.
result<void> verify_updated(const fake::link& link, const update_request& request) {
  const auto seen = link.info();
  const bool same_link = !request.id.link || request.id.link == seen.id;
  if (same_link && seen.program == request.new_id) return {};
  return error{errc::conflict, "verify", fake::hook_text(request.at)}
      .expected(fmt::format("link {}, program {}", request.id.link.value, request.new_id.value))
      .found(fmt::format("link {}, program {}", seen.id.value, seen.program.value));
}

}  // namespace

result<void> fake_kernel::update(const update_request& request) {
  const call now{*state_, verb::update};
  if (!now) return now.dead();
  const bool by_filter = !has_link(request.at.how);
  const auto next = state_->attachable(request.program);
  LINCHPIN_TRY(const auto link, link_of(*state_, request));
  if (!next || (!link && !by_filter))
    return error::from_errno(EBADF, "update", fake::hook_text(request.at));
  LINCHPIN_CHECK(may_update(*state_, request));
  LINCHPIN_TRY(const auto expected, replaced_by(*state_, request));
  LINCHPIN_CHECK(
      fake::swap_program(state_->machine, {request.at, request.id, link, next, expected}));
  if (by_filter || !request.new_id) return {};
  return verify_updated(*link, request);
}

result<void> fake_kernel::detach(const attach_point& at, const attachment_id& id, handle_ref link,
                                 program_id expected) {
  const call now{*state_, verb::detach};
  if (!now) return now.dead();
  const auto which = state_->find<fake::link>(link.number);
  if (!which && has_link(at.how)) return error::from_errno(EBADF, "detach", fake::hook_text(at));
  if (!which) {
    LINCHPIN_CHECK(state_->check_netns("detach", at));
    // Listing filters takes no capability, and shows that there is none to delete.
    if (fake::filter_stands(state_->machine, at, id)) {
      LINCHPIN_CHECK(state_->check_privileges("detach", fake::hook_text(at),
                                              linchpin::detail::needs_to_detach(at.how)));
    }
  }
  return fake::detach_program(state_->machine, at, id, which, expected);
}

result<chain> fake_kernel::query(const attach_point& at) {
  const call now{*state_, verb::query};
  if (!now) return now.dead();
  LINCHPIN_CHECK(state_->check_netns("query", at));
  LINCHPIN_CHECK(state_->check_map("query", at));
  LINCHPIN_CHECK(state_->check_privileges("query", fake::hook_text(at),
                                          linchpin::detail::needs_to_list(at.how)));
  auto seen = fake::query_chain(state_->machine, at);
  if (seen && !state_->may_open_by_id) {
    for (auto& entry : seen->entries) {
      entry.name.clear();
      entry.name_known = false;
    }
  }
  return seen;
}

result<std::optional<sole_program>> fake_kernel::find_sole_program(const attach_point& at) {
  const call now{*state_, verb::find_sole_program};
  if (!now) return now.dead();
  LINCHPIN_CHECK(state_->check_privileges("find sole program", fake::hook_text(at),
                                          linchpin::detail::needs_to_list(at.how)));
  auto found = fake::find_sole_program(state_->machine, at);
  if (found && *found && !state_->may_open_by_id) {
    (*found)->program.name.clear();
    (*found)->program.name_known = false;
  }
  return found;
}

result<program_info> fake_kernel::describe_program(handle_ref program) {
  const call now{*state_, verb::describe_program};
  if (!now) return now.dead();
  if (const auto found = state_->find<fake::program>(program.number)) return found->info;
  return now.not_a("program", program);
}

result<map_info> fake_kernel::describe_map(handle_ref map) {
  const call now{*state_, verb::describe_map};
  if (!now) return now.dead();
  if (const auto found = state_->find<fake::map>(map.number)) return found->info;
  return now.not_a("map", map);
}

result<link_info> fake_kernel::describe_link(handle_ref link) {
  const call now{*state_, verb::describe_link};
  if (!now) return now.dead();
  if (const auto found = state_->find<fake::link>(link.number)) return found->info();
  return now.not_a("link", link);
}

result<void> fake_kernel::wait_grace_period() {
  const call now{*state_, verb::wait_grace_period};
  if (!now) return now.dead();
  return {};
}

}  // namespace linchpin::testing
