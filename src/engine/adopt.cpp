// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/adopt.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/component_change.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// One pin that should hold a certain program or map.
struct wanted_pin {
  pin_kind kind{};
  std::string_view name;
  std::uint32_t id = 0;
  const program_tag* tag = nullptr;  // programs only
  std::string path;

  [[nodiscard]] std::string text() const {
    return fmt::format("{} {}", kind == pin_kind::program ? "program" : "map", name);
  }
};

std::string another_kind(const error& told) {
  return told.found().empty() ? "something of another kind" : std::string{told.found()};
}

// What an open program or map is, in the words of a problem; empty if it is the wanted one.
result<std::string> mistaken(kernel& kernel, const wanted_pin& wanted, handle_ref opened) {
  std::uint32_t id = 0;
  bool same = true;
  if (wanted.kind == pin_kind::program) {
    const auto info = kernel.describe_program(opened);
    if (!info && info.error().is(errc::wrong_type)) return another_kind(info.error());
    if (!info) return info.error();
    id = info->id.value;
    same = info->tag == *wanted.tag;
  } else {
    const auto info = kernel.describe_map(opened);
    if (!info && info.error().is(errc::wrong_type)) return another_kind(info.error());
    if (!info) return info.error();
    id = info->id.value;
  }
  if (id == wanted.id && same) return std::string{};
  return fmt::format("{} {}", wanted.kind == pin_kind::program ? "program" : "map", id);
}

class opener {
 public:
  opener(store& from, damage& found, bool pin_again)
      : store_(from), damage_(found), pin_again_(pin_again) {}

  // Opens the wanted program or map by its pin, or else by its id.
  // returns: empty when neither works; then `damage` says why
  result<handle> open(const wanted_pin& wanted) {
    LINCHPIN_TRY(auto pin, look_at_pin(wanted));
    if (pin.what == pin_look::kind::wanted) return std::move(pin.opened);
    const auto told =
        fmt::format("{}: expected {}, id {}; found {}", store_.public_path(wanted.path),
                    wanted.text(), wanted.id, pin.found);
    auto by_id = store_.kernel().open_by_id(wanted.kind, wanted.id);
    if (!by_id && !by_id.error().is(errc::permission_denied)) return by_id;
    if (by_id && *by_id) {
      LINCHPIN_TRY(const auto other, mistaken(store_.kernel(), wanted, by_id->ref()));
      if (other.empty()) {
        LINCHPIN_CHECK(mend(wanted, pin.what, by_id->ref(), told));
        return by_id;
      }
    }
    damage_.missing.push_back(wanted.text());
    if (by_id) damage_.gone.push_back(wanted.text());
    damage_.problems.push_back(told + (by_id ? "; nothing of that id is left"
                                             : "; opening it by its id takes CAP_SYS_ADMIN"));
    return handle{};
  }

 private:
  struct pin_look {
    enum class kind { wanted, absent, something_else } what = kind::absent;
    handle opened;      // the wanted program or map
    std::string found;  // what is there instead, for people
  };

  result<pin_look> look_at_pin(const wanted_pin& wanted) {
    auto opened = store_.kernel().open_pin(wanted.path, wanted.kind);
    if (!opened) {
      LINCHPIN_TRY(const bool taken, no_pin_there(store_.kernel(), wanted.path, opened.error()));
      if (!taken) return std::move(opened).error();
      return pin_look{pin_look::kind::something_else, {}, "something that is no pin"};
    }
    if (!*opened) return pin_look{pin_look::kind::absent, {}, "nothing"};
    LINCHPIN_TRY(auto found, mistaken(store_.kernel(), wanted, opened->ref()));
    if (!found.empty()) return pin_look{pin_look::kind::something_else, {}, std::move(found)};
    return pin_look{pin_look::kind::wanted, *std::move(opened), {}};
  }

  // Where the pin of what was opened by its id is gone, pins it again; what stands there instead is
  // told.
  result<void> mend(const wanted_pin& wanted, pin_look::kind there, handle_ref opened,
                    const std::string& told) {
    if (there == pin_look::kind::something_else) {
      damage_.problems.push_back(told + "; ours was opened by its id");
    } else if (pin_again_) {
      LINCHPIN_CHECK(store_.pin(opened, wanted.path));
    }
    return {};
  }

  store& store_;
  damage& damage_;
  bool pin_again_;
};

}  // namespace

void forget_durable(running_state& state) {
  state.adopted = false;
  std::erase_if(state.components, [](const running_component& component) {
    return component.lifetime == lifetime_kind::durable;
  });
  state.unrecorded.clear();
  state.unfinished.clear();
  state.problems.clear();
  state.rebuild_index();
}

result<live_generation> open_generation(store& from, std::string_view component,
                                        const generation_record& record, damage& found,
                                        bool pin_again) {
  opener pins{from, found, pin_again};
  live_generation made{record};
  for (std::size_t i = 0; i < record.programs.size(); ++i) {
    const auto& program = record.programs[i];
    LINCHPIN_TRY(made.programs[i],
                 pins.open({pin_kind::program, program.name, program.id.value, &program.tag,
                            from.program_path(component, record.number, program.name)}));
  }
  for (std::size_t i = 0; i < record.maps.size(); ++i) {
    const auto& map = record.maps[i];
    LINCHPIN_TRY(made.maps[i], pins.open({pin_kind::map, map.spec.name, map.id.value, nullptr,
                                          from.map_path(component, record.number, map.spec.name)}));
  }
  return made;
}

namespace {

// The record that counts for a component whose last change is not finished.
std::optional<component_record> record_of(const store::found_component& found,
                                          const unfinished_change* waits) {
  const bool follows = waits != nullptr && waits->part &&
                       waits->part->phase == journal_phase::committed &&
                       waits->part->changes.front().stays;
  if (!follows) return found.record;
  auto after = waits->part->changes.front().after;
  drop_retired(after);
  return after;
}

// Opens everything that a component has on record. While its last change is not finished, a pin
// that cannot be opened is a problem and no error.
result<running_component> opened(running_state& state, const store::found_component& found,
                                 component_record record) {
  const bool tolerant = state.find_unfinished(found.name) != nullptr;
  running_component component;
  component.record = std::move(record);
  component.inherited = true;
  component.record_problems = found.problems;
  component.strays = found.strays;
  component.cut_short = state.store.journal_damaged();
  damage here;
  for (const auto& version : component.record.generations) {
    auto opened = open_generation(state.store, found.name, version, here, !tolerant);
    if (opened) {
      component.generations.push_back(*std::move(opened));
      continue;
    }
    auto why = std::move(opened).error().about(fmt::format("component {}", found.name));
    if (!tolerant) return why;
    component.generations.emplace_back(version);
    component.problems.push_back(in_one_line(state.store.by_name(why)));
  }
  component.missing = std::move(here.missing);
  component.gone = std::move(here.gone);
  component.problems.insert(component.problems.end(), here.problems.begin(), here.problems.end());
  return component;
}

result<void> take(running_state& state, const store::found_component& found,
                  std::vector<running_component>& running,
                  std::vector<unrecorded_component>& unrecorded) {
  auto record = record_of(found, state.find_unfinished(found.name));
  if (!record || record->running() == nullptr) {
    unrecorded.push_back({found.name, found.problems});
    return {};
  }
  LINCHPIN_TRY(auto component, opened(state, found, *std::move(record)));
  running.push_back(std::move(component));
  return {};
}

// Adds the components of which nothing can be read now.
void add_unfound(running_state& state) {
  for (const auto& waits : state.unfinished) {
    if (state.store.find(waits.component) != nullptr ||
        state.find_unrecorded(waits.component) != nullptr)
      continue;
    state.unrecorded.push_back({waits.component, {}});
  }
}

void forget(running_state& state, std::string_view component) {
  std::erase_if(state.components, [component](const running_component& running) {
    return running.record.name == component;
  });
  std::erase_if(state.unrecorded,
                [component](const unrecorded_component& lost) { return lost.name == component; });
  state.rebuild_index();
}

}  // namespace

result<void> adopt(running_state& state) {
  std::vector<running_component> adopted;
  std::vector<unrecorded_component> unrecorded;
  for (const auto& found : state.store.found()) {
    auto taken = take(state, found, adopted, unrecorded);
    if (taken) continue;
    state.unfinished.push_back(
        {found.name, std::nullopt, in_one_line(state.store.by_name(taken.error()))});
    LINCHPIN_CHECK(take(state, found, adopted, unrecorded));
  }
  for (auto& component : adopted) state.components.push_back(std::move(component));
  state.unrecorded = std::move(unrecorded);
  add_unfound(state);
  state.problems = state.store.problems();
  state.last_transaction = std::max(state.last_transaction, state.store.serial());
  state.policies = state.store.policies();
  state.rebuild_index();
  state.adopted = true;
  return {};
}

result<void> adopt(running_state& state, std::string_view component) {
  forget(state, component);
  const auto* found = state.store.find(component);
  if (found == nullptr) {
    add_unfound(state);
    return {};
  }
  auto taken = take(state, *found, state.components, state.unrecorded);
  state.rebuild_index();
  return taken;
}

void adopt_unfinished(running_state& state, const unfinished_change& which) {
  const auto* found = state.store.find(which.component);
  const auto record = found == nullptr ? std::nullopt : record_of(*found, &which);
  const auto* running = state.find(which.component);
  if (running != nullptr && (!record || running->record == *record)) return;
  if (!record && state.find_unrecorded(which.component) != nullptr) return;
  if (const auto adopted = adopt(state, which.component); !adopted) forget(state, which.component);
}

}  // namespace linchpin
