// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/running.hpp"

#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

live_generation::live_generation(const generation_record& record) : number_(record.number) {
  ids_.reserve(record.programs.size());
  for (const auto& loaded : record.programs) {
    const auto number = static_cast<std::uint32_t>(ids_.size());
    names_.push_back(&program_at_.emplace(loaded.name, number).first->first);
    ids_.push_back(loaded.id);
  }
  for (std::uint32_t i = 0; i < record.maps.size(); ++i) {
    const auto& map = record.maps[i];
    map_at_.emplace(map.spec.name, i);
    map_ids_.push_back(map.spec.is_attachable() ? program_id{map.id.value} : program_id{});
  }
  programs.resize(record.programs.size());
  maps.resize(record.maps.size());
}

std::optional<live_generation::program> live_generation::find_program(
    std::string_view name) const noexcept {
  if (last_ >= names_.size() || *names_[last_] != name) {
    const auto found = program_at_.find(name);
    if (found == program_at_.end()) {
      const auto map = map_at_.find(name);
      if (map == map_at_.end() || !map_ids_[map->second]) return std::nullopt;
      return program{maps[map->second].ref(), map_ids_[map->second]};
    }
    last_ = found->second;
  }
  return program{programs[last_].ref(), ids_[last_]};
}

handle_ref live_generation::find_map(std::string_view name) const noexcept {
  const auto found = map_at_.find(name);
  return found == map_at_.end() ? handle_ref{} : maps[found->second].ref();
}

const live_generation* running_component::find(generation number) const noexcept {
  for (const auto& version : generations) {
    if (version.number() == number) return &version;
  }
  return nullptr;
}

std::string taken_by_others(std::string_view path) {
  return fmt::format("{}: something that is not ours is pinned there", path);
}

std::string in_one_line(const error& why) {
  const auto whole = why.message();
  auto text = whole.substr(0, whole.find('\n'));
  if (!why.expected().empty()) text += fmt::format(", expected {}", why.expected());
  if (!why.found().empty()) text += fmt::format(", found {}", why.found());
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string how_to_repair(running_state& state, std::string_view next_call) {
  const auto there = state.store.check();
  if (!there && there.error().is(errc::conflict)) return std::string{there.error().advice()};
  return fmt::format("the next call of this orchestrator, or opening the store again, {}",
                     next_call);
}

namespace {

std::string what_goes_on(const journal& part) {
  const auto& change = part.changes.front();
  const auto number = change.after.current.value;
  if (part.phase == journal_phase::committed) {
    if (!change.stays) return "it is to be removed; what is not detached yet runs on";
    return fmt::format("generation {} runs, and beside it whatever the change was to end", number);
  }
  if (!change.was_there) {
    return fmt::format("what is attached of generation {} runs on until it is removed", number);
  }
  return fmt::format("each of its hooks runs what it ran before, or generation {}", number);
}

}  // namespace

std::string unfinished_change::text() const {
  if (!part) {
    return fmt::format(
        "it cannot be read now: {}; what is attached of it runs on; every call tries "
        "again",
        why);
  }
  return fmt::format("its last change is not finished: {}; {}; every call tries again", why,
                     what_goes_on(*part));
}

std::uint64_t next_state_serial() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

running_component* running_state::find(std::string_view component) noexcept {
  const auto found = index.find(component);
  return found == index.end() ? nullptr : &components[found->second];
}

const running_component* running_state::find(std::string_view component) const noexcept {
  const auto found = index.find(component);
  return found == index.end() ? nullptr : &components[found->second];
}

const unrecorded_component* running_state::find_unrecorded(
    std::string_view component) const noexcept {
  for (const auto& lost : unrecorded) {
    if (lost.name == component) return &lost;
  }
  return nullptr;
}

const unfinished_change* running_state::find_unfinished(std::string_view component) const noexcept {
  for (const auto& waits : unfinished) {
    if (waits.component == component) return &waits;
  }
  return nullptr;
}

void running_state::rebuild_index() {
  name_index made;
  for (std::uint32_t i = 0; i < components.size(); ++i) {
    made.emplace(components[i].record.name, i);
  }
  index = std::move(made);
}

target target_of(const attachment_record& record) {
  return {record.identity.kind, record.target, record.netns};
}

result<attach_point> point_of(const attachment_record& record) {
  attach_point at;
  LINCHPIN_CHECK(point_of(record, at));
  return at;
}

result<void> point_of(const attachment_record& record, attach_point& into) {
  if (find_hook_family(record.family) == nullptr) {
    return error{errc::unsupported, "find hook", hook_of(record)}
        .found(fmt::format("a hook family that this linchpin does not know: {}", record.family))
        .advice("run the linchpin that attached it; what is attached goes on running");
  }
  into.how = record.how;
  into.type = record.type;
  into.on.kind = record.identity.kind;
  into.on.name = record.target;
  into.on.netns = record.netns;
  into.identity = record.identity;
  return {};
}

std::string hook_of(const attachment_record& record) {
  return fmt::format("{} {}", record.family,
                     target_text(traits_of(record.identity.kind), target_of(record)));
}

std::string subject_of(const attachment_record& record) {
  return fmt::format("{}, program {}", hook_of(record), record.program);
}

std::string subject_of(std::string_view component, const attachment_record& record) {
  return fmt::format("component {}, {}", component, subject_of(record));
}

result<bool> no_pin_there(kernel& kernel, const std::string& path, const error& told) {
  if (told.os_error() == ENOTDIR || told.os_error() == ELOOP) return true;
  if (!told.is(errc::permission_denied)) return false;
  const auto slash = path.rfind('/');
  const auto names = kernel.list_pins(path.substr(0, slash));
  if (!names) return false;
  return std::find(names->begin(), names->end(), path.substr(slash + 1) + "/") != names->end();
}

result<link_found> find_link(store& in, std::string_view component, const attachment_record& record,
                             handle_ref kept, std::string& path) {
  link_found found;
  if (kept) {
    found.link = kept;
  } else {
    in.link_path(component, record.slot, path);
    auto opened = in.kernel().open_pin(path, pin_kind::link);
    if (!opened) {
      LINCHPIN_TRY(const bool no_pin, no_pin_there(in.kernel(), path, opened.error()));
      if (!no_pin) return std::move(opened).error();
      found.what = link_found::kind::foreign;
      return found;
    }
    found.opened = *std::move(opened);
    if (!found.opened) return found;
    found.link = found.opened.ref();
  }
  found.what = link_found::kind::foreign;
  auto info = in.kernel().describe_link(found.link);
  if (!info) {
    // A program or map that somebody pinned there.
    if (!info.error().is(errc::wrong_type)) return std::move(info).error();
    found.opened.reset();
    found.link = {};
    return found;
  }
  found.info = *info;
  if (record.id.link && found.info.id == record.id.link) found.what = link_found::kind::ours;
  return found;
}

program_id expected_program(const component_record& of, const attachment_record& record) {
  const auto* made_in = of.find_generation(record.generation);
  return made_in == nullptr ? program_id{} : attached_id(*made_in, record.program);
}

program_id attached_id(const generation_record& of, std::string_view name) noexcept {
  if (const auto* program = of.find_program(name)) return program->id;
  const auto* map = of.find_map(name);
  return map != nullptr && map->spec.is_attachable() ? program_id{map->id.value} : program_id{};
}

handle_ref map_at(const live_generation* of, const attachment_record& record) noexcept {
  const bool own = traits_of(record.identity.kind).scope == target_scope::in_the_component;
  return own && of != nullptr ? of->find_map(record.target) : handle_ref{};
}

handle_ref map_at(const running_state& state, const target_identity& target) noexcept {
  if (traits_of(target.kind).scope != target_scope::in_the_component) return {};
  for (const auto& component : state.components) {
    for (const auto& version : component.record.generations) {
      const auto* live = component.find(version.number);
      if (live == nullptr) continue;
      for (std::size_t i = 0; i < version.maps.size() && i < live->maps.size(); ++i) {
        if (version.maps[i].id.value == target.id) return live->maps[i].ref();
      }
    }
  }
  return {};
}

bool says_gone(const error& why) noexcept {
  return why.is(errc::not_found) || why.is(errc::detached);
}

namespace {

// Where no kernel lists the hook. A path may mean the target in another mount namespace.
result<target_state> resolves(kernel& kernel, const attach_point& at) {
  LINCHPIN_TRY(const auto found, kernel.resolve({&at.on, 1}));
  if (found.front() == at.identity) return target_state::stands;
  const auto& kind = traits_of(at.on.kind);
  return kind.is_path || kind.depends_on_netns() ? target_state::not_known : target_state::gone;
}

}  // namespace

result<target_state> find_target(kernel& kernel, const attachment_record& record, handle_ref map) {
  LINCHPIN_TRY(auto at, point_of(record));
  if (!find_hook_family(record.family)->abilities(record.how, kernel.facts()).query) {
    return resolves(kernel, at);
  }
  at.map = map;
  const auto seen = kernel.query(at);
  if (seen) return target_state::stands;
  const auto& why = seen.error();
  if (says_gone(why)) return target_state::gone;
  const bool not_known =
      why.is(errc::conflict) || why.is(errc::permission_denied) || why.is(errc::unsupported);
  if (not_known) return target_state::not_known;
  return why;
}

bool same_filter(const chain_entry& entry, const attachment_id& id) noexcept {
  return entry.has_number() && entry.tc_handle == id.tc_handle &&
         entry.tc_priority == id.tc_priority;
}

}  // namespace linchpin
