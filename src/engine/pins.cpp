// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/pins.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "core/try.hpp"

namespace linchpin {

namespace {

// The names in a directory, none if it does not exist.
result<std::unordered_set<std::string>> names_in(store& of, const std::string& directory) {
  auto listed = of.acting().list_pins(directory);
  if (!listed) return of.by_name(listed.error());
  return std::unordered_set<std::string>{listed->begin(), listed->end()};
}

// Calls `visit` with the path and the handle of each program and map that is held.
template <class Visit>
result<void> each_held(store& of, const running_component& component, Visit visit) {
  const auto& record = component.record;
  for (std::size_t i = 0; i < record.generations.size(); ++i) {
    const auto& version = record.generations[i];
    const auto& live = component.generations[i];
    for (std::size_t j = 0; j < version.programs.size(); ++j) {
      if (!live.programs[j]) continue;
      LINCHPIN_CHECK(visit(of.program_path(record.name, version.number, version.programs[j].name),
                           live.programs[j].ref()));
    }
    for (std::size_t j = 0; j < version.maps.size(); ++j) {
      if (!live.maps[j]) continue;
      LINCHPIN_CHECK(visit(of.map_path(record.name, version.number, version.maps[j].spec.name),
                           live.maps[j].ref()));
    }
  }
  return {};
}

void add_once(std::vector<std::string>& problems, std::string told) {
  if (std::find(problems.begin(), problems.end(), told) == problems.end()) {
    problems.push_back(std::move(told));
  }
}

std::string gone(const store& of, const std::string& path) {
  return fmt::format("{} is gone", of.public_path(path));
}

result<void> look_for_lost_pins(store& of, running_component& component) {
  std::vector<std::string> lost;
  std::string directory;
  std::unordered_set<std::string> names;
  const auto look = [&](const std::string& path) -> result<bool> {
    const auto slash = path.rfind('/');
    if (path.compare(0, slash, directory) != 0) {
      directory = path.substr(0, slash);
      LINCHPIN_TRY(names, names_in(of, directory));
    }
    const auto name = path.substr(slash + 1);
    // A directory in its place is somebody else's.
    return !names.contains(name) && !names.contains(name + '/');
  };
  // The first version had no records outside its manifest.
  if (!of.of_first_version()) {
    for (const auto& path : of.record_paths(component.record.name)) {
      LINCHPIN_TRY(const bool absent, look(path));
      if (absent) add_once(component.record_problems, gone(of, path));
    }
  }
  LINCHPIN_CHECK(each_held(of, component, [&](const std::string& path, handle_ref) -> result<void> {
    LINCHPIN_TRY(const bool absent, look(path));
    if (absent) lost.push_back(path);
    return {};
  }));
  component.unpinned = std::move(lost);
  return {};
}

void look_for_manifest(running_state& state) {
  const auto path = state.store.manifest_path();
  const auto names = names_in(state.store, path.substr(0, path.rfind('/')));
  const auto name = path.substr(path.rfind('/') + 1);
  if (!names || names->contains(name) || names->contains(name + '/')) return;
  add_once(state.problems, gone(state.store, path));
}

}  // namespace

void look_for_lost_pins(running_state& state) {
  const bool any_durable = std::any_of(state.components.begin(), state.components.end(),
                                       [](const running_component& component) {
                                         return component.lifetime == lifetime_kind::durable;
                                       });
  if (any_durable) look_for_manifest(state);
  for (auto& component : state.components) {
    if (component.lifetime != lifetime_kind::durable) continue;
    // What is unfinished of it writes and removes pins of its own.
    if (state.find_unfinished(component.record.name) != nullptr) continue;
    component.unlisted.clear();
    const auto looked = look_for_lost_pins(state.store, component);
    if (looked) continue;
    component.unlisted = fmt::format("whether its pins are there cannot be found out: {}",
                                     in_one_line(looked.error()));
  }
}

result<void> pin_again(running_state& state, running_component& which) {
  auto& in = state.store;
  std::unordered_set<std::string> lost{which.unpinned.begin(), which.unpinned.end()};
  LINCHPIN_CHECK(
      each_held(in, which, [&](const std::string& path, handle_ref held) -> result<void> {
        if (!lost.contains(path)) return {};
        if (in.pin(held, path)) lost.erase(path);
        return in.check();
      }));
  std::erase_if(which.unpinned, [&](const std::string& path) { return !lost.contains(path); });
  return in.check();
}

}  // namespace linchpin
