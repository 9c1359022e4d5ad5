// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/observe.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/known_layout.hpp"
#include "engine/tail_calls.hpp"

namespace linchpin::inline LINCHPIN_ABI {

result<snapshot> observer::look(std::span<const asked_target> asked) {
  snapshot seen;
  seen.root = state_.store.root();
  seen.serial = state_.last_transaction;
  seen.policies = state_.policies;
  seen.of_first_version = state_.store.of_first_version();
  seen.facts = state_.store.kernel().facts();
  seen.refuted = state_.refuted;
  seen.problems = state_.problems;

  LINCHPIN_CHECK(add_targets(seen, asked));
  add_namespaces(seen, asked);
  seen_ = &seen;
  seen.components.reserve(state_.components.size());
  for (const auto& component : state_.components) {
    seen.components.push_back(look_at(component));
  }
  give_up_numbers(seen);
  for (const auto& lost : state_.unrecorded) {
    auto& component = seen.components.emplace_back();
    component.name = lost.name;
    component.problems = lost.problems;
    add_unfinished(component);
  }
  return seen;
}

// Tells of names in a component's directory that no record explains, unless they were removed
// meanwhile.
void observer::add_strays(observed_component& to, const running_component& component) const {
  if (component.strays.empty()) return;
  const auto directory = state_.store.public_path(state_.store.component_path(to.name));
  const auto names = look_twice([&] { return state_.store.taken(to.name); });
  if (!names) {
    to.problems.push_back(
        fmt::format("{} cannot be listed: {}", directory, in_one_line(names.error())));
    return;
  }
  for (std::string_view name : component.strays) {
    if (std::find(names->begin(), names->end(), name) == names->end()) continue;
    if (name.ends_with('/')) name.remove_suffix(1);
    to.problems.push_back(fmt::format(
        "{}/{}: not on record{}; what it holds runs on until somebody removes it", directory, name,
        component.cut_short ? "; a transaction was cut short and its journal cannot be read" : ""));
  }
}

void observer::add_unfinished(observed_component& to) const {
  const auto* waits = state_.find_unfinished(to.name);
  if (waits == nullptr) return;
  to.unfinished = waits->text();
  to.problems.insert(to.problems.begin(), to.unfinished);
}

// Layouts that are not known on record are read from the maps themselves, so that a plan compares what is.
void observer::read_layouts(observed_component& to) const {
  auto& generations = to.record->generations;
  const auto current = std::find_if(
      generations.begin(), generations.end(),
      [&](const generation_record& version) { return version.number == to.record->current; });
  if (current == generations.end()) return;
  auto& kernel = state_.store.kernel();
  for (auto& map : current->maps) {
    if (map.spec.internal || has_known_layout(*current, map.spec)) continue;
    const auto read = [&]() -> result<std::optional<std::vector<layout_field>>> {
      auto opened = kernel.open_by_id(pin_kind::map, map.id.value);
      if (!opened && opened.error().is(errc::permission_denied)) return std::nullopt;
      if (!opened) return std::move(opened).error();
      if (!*opened) return std::nullopt;
      LINCHPIN_TRY(auto layout, kernel.read_layout(opened->ref()));
      return std::optional{std::move(layout)};
    };
    auto layout = look_twice(read);
    if (!layout) {
      to.problems.push_back(fmt::format("map {}: its layout cannot be read: {}", map.spec.name,
                                        in_one_line(state_.store.by_name(layout.error()))));
      if (to.unseen.empty()) to.unseen = to.problems.back();
    }
    if (layout && *layout) {
      map.spec.layout = **std::move(layout);
    } else {
      to.uncompared.push_back(map.spec.name);
    }
  }
}

observed_component observer::look_at(const running_component& component) {
  observed_component seen{component.record.name, component.record, component.lifetime,        {},
                          component.missing,     component.gone,   component.record_problems, {}};
  read_layouts(seen);
  seen.half_undone = component.half_undone;
  seen.problems.insert(seen.problems.end(), component.problems.begin(), component.problems.end());
  for (const auto& path : component.unpinned) {
    seen.problems.push_back(fmt::format("{} is gone", state_.store.public_path(path)));
  }
  seen.problems.insert(seen.problems.end(), component.occupied.begin(), component.occupied.end());
  if (!component.unlisted.empty()) seen.problems.push_back(component.unlisted);
  add_strays(seen, component);
  add_unfinished(seen);
  const auto& attachments = component.record.attachments;
  seen.attachments.reserve(attachments.size());
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    auto looked = look_twice([&] { return look_all_around(component, i); });
    if (looked) {
      if (looked->now) seen.record->attachments[i].identity = *looked->now;
      seen.attachments.push_back(*std::move(looked));
      continue;
    }
    seen.attachments.push_back({attachment_state::unseen, {}, true, true, false, {}});
    seen.problems.push_back(fmt::format("{}: cannot be looked at: {}", subject_of(attachments[i]),
                                        in_one_line(state_.store.by_name(looked.error()))));
    if (seen.unseen.empty()) seen.unseen = seen.problems.back();
  }
  return seen;
}

result<void> observer::add_chains(snapshot& to, std::span<const observed_hook> hooks) {
  to.chains.reserve(to.chains.size() + hooks.size());
  for (const auto& hook : hooks) {
    auto at = hook.at;
    at.map = map_at(state_, at.identity);
    auto seen = state_.store.kernel().query(at);
    if (seen) {
      to.chains.push_back({std::string{hook.family}, at.how, at.identity, *std::move(seen)});
      continue;
    }
    const bool none = says_gone(seen.error());
    const bool not_known = hook.tentative && seen.error().is(errc::unsupported);
    const bool elsewhere = hook.recorded && seen.error().is(errc::conflict);
    const bool closed = hook.kept_afar && seen.error().is(errc::permission_denied);
    if (!none && !not_known && !elsewhere && !closed) return std::move(seen).error();
    to.chains.push_back({std::string{hook.family}, at.how, at.identity, std::nullopt});
  }
  return {};
}

void observer::add_privileges(snapshot& to) {
  if (to.privileges == thread_privileges{}) to.privileges = state_.store.kernel().privileges();
}

std::vector<std::string> observer::add_sole_programs(snapshot& to,
                                                     std::span<const observed_hook> hooks) {
  std::vector<std::string> not_known;
  for (const auto& hook : hooks) {
    auto found = look_twice([&] { return state_.store.kernel().find_sole_program(hook.at); });
    if (!found) {
      not_known.push_back(fmt::format("{} {}: whether its cgroup takes a link cannot be told: {}",
                                      hook.family, hook.at.on.name, in_one_line(found.error())));
    } else if (*found) {
      to.sole_programs.push_back({std::string{hook.family}, hook.at.identity, **std::move(found)});
    }
  }
  return not_known;
}

// Why a component that starts must not write its record: the directory has a record that was not
// there when the store was opened, of a component that may run. Somebody may have put the directory
// back.
// returns: empty if nothing speaks against it
std::string observer::unknown_record(std::string_view component,
                                     std::span<const std::string> names) const {
  if (state_.find(component) != nullptr) return {};
  for (const auto& path : state_.store.record_paths(component)) {
    const auto pin = path.substr(path.rfind('/') + 1);
    if (std::find(names.begin(), names.end(), pin) == names.end()) continue;
    const auto foreign = state_.store.is_foreign(path);
    const auto shown = state_.store.public_path(path);
    if (!foreign) return fmt::format("{}: {}", shown, in_one_line(foreign.error()));
    if (*foreign) continue;
    return fmt::format(
        "{} tells of a component that came after this service had looked: opening the store again "
        "takes it over",
        shown);
  }
  return {};
}

result<void> observer::add_strays(snapshot& to, std::string_view component,
                                  std::span<const std::string> names) {
  auto& kernel = state_.store.kernel();
  const auto directory = state_.store.component_path(component);
  for (const auto& name : names) {
    if (!name.starts_with("gen-") || !name.ends_with('/')) continue;
    const auto inside = fmt::format("{}/{}", directory, name);
    LINCHPIN_TRY(const auto pins, kernel.list_pins(inside));
    for (const auto& pin : pins) {
      if (!pin.starts_with("prog-") || pin.ends_with('/')) continue;
      const auto path = inside + pin;
      const auto opened = kernel.open_pin(path, pin_kind::program);
      const auto info = opened && *opened ? kernel.describe_program(opened->ref())
                                          : result<program_info>{program_info{}};
      // The pin holds no program, or this process may not open it, or it is gone meanwhile.
      if (!opened || !info || !info->id) continue;
      to.strays.push_back({std::string{component}, info->id, state_.store.public_path(path)});
    }
  }
  return {};
}

std::vector<unseen_component> observer::add_strays(snapshot& to,
                                                   std::span<const std::string_view> components) {
  std::vector<unseen_component> unseen;
  const auto leave_out = [&](std::string_view name, std::string why) {
    unseen.push_back({std::string{name}, std::move(why)});
  };
  for (const auto name : components) {
    // For a component that runs, the names that no record explained when the store was opened.
    const auto* running = state_.find(name);
    const auto names = running != nullptr ? result<std::vector<std::string>>{running->strays}
                                          : look_twice([&] { return state_.store.taken(name); });
    if (!names) {
      leave_out(name, cannot_list(name, names.error()));
      continue;
    }
    if (auto why = unknown_record(name, *names); !why.empty()) {
      leave_out(name, std::move(why));
      continue;
    }
    const auto added = look_twice([&] { return add_strays(to, name, *names); });
    if (!added) leave_out(name, cannot_list(name, added.error()));
  }
  return unseen;
}

std::string observer::cannot_list(std::string_view component, const error& why) const {
  return fmt::format("{} cannot be listed: {}",
                     state_.store.public_path(state_.store.component_path(component)),
                     in_one_line(state_.store.by_name(why)));
}

std::vector<unseen_component> observer::add_directories(
    snapshot& to, std::span<const std::string_view> components) {
  std::vector<unseen_component> unseen;
  to.directories.reserve(to.directories.size() + components.size());
  for (const auto name : components) {
    auto names = look_twice([&] { return state_.store.taken(name); });
    if (names) {
      auto why = unknown_record(name, *names);
      if (!why.empty()) {
        unseen.push_back({std::string{name}, std::move(why)});
        continue;
      }
      to.directories.push_back({std::string{name}, *std::move(names)});
      continue;
    }
    unseen.push_back({std::string{name}, cannot_list(name, names.error())});
  }
  return unseen;
}

std::vector<unseen_component> observer::add_closed_slots(
    snapshot& to, std::span<const std::string_view> components) {
  std::vector<unseen_component> unseen;
  for (auto& component : to.components) {
    const auto* running = state_.find(component.name);
    const bool wanted =
        std::find(components.begin(), components.end(), component.name) != components.end();
    if (!wanted || running == nullptr || running->current() == nullptr) continue;
    auto closed = look_twice([&] { return closed_slots(state_, *running); });
    if (closed) {
      component.closed_slots = *std::move(closed);
      continue;
    }
    unseen.push_back(
        {component.name, fmt::format("its tail-call arrays cannot be read: {}",
                                     in_one_line(state_.store.by_name(closed.error())))});
  }
  return unseen;
}

// Whether the name on record still means the same interface: it may be one of its alternative
// names.
bool observer::still_means(const attachment_record& record) const {
  const std::array wanted{target_of(record)};
  const auto found = state_.store.kernel().resolve(wanted);
  return found && found->front() == record.identity;
}

void observer::add_names(snapshot& to) {
  for (auto& component : to.components) {
    for (std::size_t i = 0; i < component.attachments.size(); ++i) {
      const auto& record = component.record->attachments[i];
      auto& seen = component.attachments[i];
      const bool named = traits_of(record.identity.kind).scope == target_scope::in_a_netns &&
                         runs(seen.state) && seen.state != attachment_state::unreachable;
      if (!named) continue;
      auto told =
          look_twice([&] { return state_.store.kernel().name_of(record.identity, record.netns); });
      if (!told) {
        component.problems.push_back(
            fmt::format("{}: what its interface is called now cannot be found out: {}",
                        subject_of(record), in_one_line(told.error())));
        continue;
      }
      auto& name = *told;
      if (!name || seen.state == attachment_state::elsewhere) {
        if (seen.state == attachment_state::live) seen.state = attachment_state::elsewhere;
      } else if (*name != record.target && !still_means(record)) {
        if (seen.state == attachment_state::live) seen.state = attachment_state::renamed;
        seen.name = *std::move(name);
      }
    }
  }
}

}  // namespace linchpin
