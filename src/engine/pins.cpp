// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/pins.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// The names in a directory, none if it does not exist.
result<std::unordered_set<std::string>> names_in(store& of, const std::string& directory) {
  auto listed = of.kernel().list_pins(directory);
  if (!listed) return of.by_name(listed.error());
  return std::unordered_set<std::string>{listed->begin(), listed->end()};
}

// A program or map that this process holds, and where it should be pinned.
struct held_object {
  pin_kind kind{};
  std::uint32_t id = 0;
  handle_ref handle{};
  std::string path;
};

// Calls `visit` with each of them.
template <class Visit>
result<void> each_held(store& of, const running_component& component, Visit visit) {
  const auto& record = component.record;
  for (std::size_t i = 0; i < record.generations.size(); ++i) {
    const auto& version = record.generations[i];
    const auto& live = component.generations[i];
    for (std::size_t j = 0; j < version.programs.size(); ++j) {
      if (!live.programs[j]) continue;
      const auto& program = version.programs[j];
      LINCHPIN_CHECK(visit({pin_kind::program, program.id.value, live.programs[j].ref(),
                            of.program_path(record.name, version.number, program.name)}));
    }
    for (std::size_t j = 0; j < version.maps.size(); ++j) {
      if (!live.maps[j]) continue;
      const auto& map = version.maps[j];
      LINCHPIN_CHECK(visit({pin_kind::map, map.id.value, live.maps[j].ref(),
                            of.map_path(record.name, version.number, map.spec.name)}));
    }
  }
  return {};
}

bool is_about(std::string_view line, std::string_view path) {
  return line.starts_with(path) && line.size() > path.size() &&
         (line[path.size()] == ':' || line[path.size()] == ' ');
}

// Adds a line about a path, unless there is one about it already.
void add_once(std::vector<std::string>& problems, std::string_view path, std::string told) {
  if (std::none_of(problems.begin(), problems.end(),
                   [path](const std::string& line) { return is_about(line, path); })) {
    problems.push_back(std::move(told));
  }
}

// What is wrong with the place of a record; empty if nothing is.
result<std::string> wrong_with_record(store& of, const std::string& path, bool absent) {
  const auto shown = of.public_path(path);
  if (absent) return fmt::format("{} is gone", shown);
  LINCHPIN_TRY(const bool foreign, of.is_foreign(path));
  return foreign ? taken_by_others(shown) : std::string{};
}

result<void> look_for_lost_pins(store& of, running_component& component) {
  std::vector<std::string> lost;
  std::vector<std::string> occupied;
  std::string directory;
  std::unordered_set<std::string> names;
  const auto look = [&](const std::string& path) -> result<bool> {
    const auto slash = path.rfind('/');
    if (path.compare(0, slash, directory) != 0) {
      directory = path.substr(0, slash);
      LINCHPIN_TRY(names, names_in(of, directory));
    }
    const auto name = path.substr(slash + 1);
    // A directory in the place of a record is somebody else's.
    return !names.contains(name) && !names.contains(name + '/');
  };
  // The first version had no records outside its manifest.
  if (!of.of_first_version()) {
    for (const auto& path : of.record_paths(component.record.name)) {
      LINCHPIN_TRY(const bool absent, look(path));
      LINCHPIN_TRY(auto told, wrong_with_record(of, path, absent));
      if (!told.empty()) {
        add_once(component.record_problems, of.public_path(path), std::move(told));
      }
    }
  }
  LINCHPIN_CHECK(each_held(of, component, [&](const held_object& held) -> result<void> {
    LINCHPIN_TRY(const bool absent, look(held.path));
    if (absent) {
      lost.push_back(held.path);
      return {};
    }
    LINCHPIN_TRY(const bool foreign, of.is_foreign(held.path, held.kind, held.id));
    const auto shown = of.public_path(held.path);
    const bool told = std::any_of(component.problems.begin(), component.problems.end(),
                                  [&](const std::string& line) { return is_about(line, shown); });
    if (foreign && !told) occupied.push_back(taken_by_others(shown));
    return {};
  }));
  LINCHPIN_TRY(component.strays, of.find_strays(component.record));
  component.unpinned = std::move(lost);
  component.occupied = std::move(occupied);
  return {};
}

// Looks at the pins of the store as a whole. While no change is under way there is no journal of
// ours.
void look_at_top(running_state& state) {
  for (const auto& path : state.store.journal_paths()) {
    const auto told = wrong_with_record(state.store, path, false);
    if (told && !told->empty()) add_once(state.problems, state.store.public_path(path), *told);
  }
  const auto path = state.store.manifest_path();
  const auto names = names_in(state.store, path.substr(0, path.rfind('/')));
  if (!names) return;
  const auto name = path.substr(path.rfind('/') + 1);
  auto told =
      wrong_with_record(state.store, path, !names->contains(name) && !names->contains(name + '/'));
  if (told && !told->empty()) {
    add_once(state.problems, state.store.public_path(path), *std::move(told));
  }
}

}  // namespace

void look_for_lost_pins(running_state& state) {
  const bool any_durable = std::any_of(state.components.begin(), state.components.end(),
                                       [](const running_component& component) {
                                         return component.lifetime == lifetime_kind::durable;
                                       });
  if (any_durable) look_at_top(state);
  for (auto& component : state.components) {
    if (component.lifetime != lifetime_kind::durable) continue;
    // A component whose change is unfinished is left out: finishing it writes and removes pins.
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
  LINCHPIN_CHECK(each_held(in, which, [&](const held_object& held) -> result<void> {
    if (!lost.contains(held.path)) return {};
    if (in.pin(held.handle, held.path)) lost.erase(held.path);
    return in.check();
  }));
  std::erase_if(which.unpinned, [&](const std::string& path) { return !lost.contains(path); });
  return in.check();
}

}  // namespace linchpin
