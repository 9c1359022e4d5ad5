// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"
#include "engine/known_layout.hpp"
#include "engine/plan_fills.hpp"
#include "engine/plan_variables.hpp"
#include "engine/tail_calls.hpp"
#include "kernel/variable_writes.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// The handle of the running map that is to be shared. Without a handle the load would create an
// empty map.
result<handle_ref> running_map(const component_change& change, std::string_view name) {
  const auto* current = change.running == nullptr ? nullptr : change.running->current();
  const auto held = current == nullptr ? handle_ref{} : current->find_map(name);
  if (held) return held;
  return error{errc::not_found, "load", fmt::format("map {}", name)}
      .expected("the running map, to share it")
      .found("nothing that could be opened");
}

// Of a map that this process did not make, the record is no more than a hint: its live layout is
// compared again. To read that takes CAP_SYS_ADMIN, as opening the map by its id does. Without it,
// what the plan compared on record counts, for a map that has the id and the sizes on record.
class known_layouts {
 public:
  known_layouts(kernel& kernel, const component_change& change) : kernel_(kernel), change_(change) {
    if (change.running == nullptr || !change.running->inherited) return;
    for (const auto& map : change.before->running()->maps) records_.emplace(map.spec.name, &map);
  }

  [[nodiscard]] result<bool> count(std::string_view name) const {
    if (!change_.running->inherited) return true;
    const auto found = records_.find(name);
    const auto held = change_.running->current()->find_map(name);
    const bool on_record = found != records_.end() &&
                           has_known_layout(*change_.before->running(), found->second->spec);
    if (!on_record || !held) return false;
    const auto& record = *found->second;
    const auto opened = kernel_.open_by_id(pin_kind::map, record.id.value);
    if (opened || !opened.error().is(errc::permission_denied)) return false;
    LINCHPIN_TRY(const auto live, kernel_.describe_map(held));
    return live.id == record.id && live.type == record.spec.type &&
           live.key_size == record.spec.key_size && live.value_size == record.spec.value_size;
  }

 private:
  kernel& kernel_;
  const component_change& change_;
  std::unordered_map<std::string_view, const map_record*> records_;
};

// One map of what is loaded, in the object's order.
struct wanted_map {
  const map_spec* spec = nullptr;
  std::optional<map_id> shared;  // the running map that it is
  bool mapped = false;           // its variables are written while its programs run
};

std::vector<wanted_map> maps_of_next(const planned_component& planned) {
  std::vector<wanted_map> made;
  made.reserve(planned.maps.size());
  for (const auto& map : planned.maps) {
    auto& wanted = made.emplace_back(wanted_map{&map.spec, {}});
    wanted.mapped = holds_variables(map.spec) && !map.copied_once;
    if (map.carry == carry_method::reuse) wanted.shared = map.running;
  }
  return made;
}

// Tail-call arrays and struct_ops maps hold programs.
bool belongs_to_one_set_of_programs(const map_spec& map) {
  return map.type == uapi::map_type::prog_array || map.is_attachable();
}

// Loads the running generation a second time. The copies share all of its maps but those that belong
// to one set of programs.
std::vector<wanted_map> maps_of_twin(const component_change& change) {
  std::unordered_map<std::string_view, const map_record*> running;
  for (const auto& map : change.before->running()->maps) running.emplace(map.spec.name, &map);
  std::vector<wanted_map> made;
  for (const auto& declared : change.planned->image->spec().maps) {
    const auto found = running.find(declared.name);
    if (found == running.end()) {
      made.push_back({&declared, {}});
      continue;
    }
    auto& wanted = made.emplace_back(wanted_map{&found->second->spec, {}});
    if (!belongs_to_one_set_of_programs(declared)) wanted.shared = found->second->id;
  }
  return made;
}

result<load_request> request_for(kernel& kernel, const component_change& change,
                                 const std::vector<wanted_map>& maps) {
  const known_layouts known{kernel, change};
  load_request request;
  request.programs.reserve(change.planned->programs.size());
  for (const auto& program : change.planned->programs) {
    request.programs.push_back({program.name, program.attach_type, program.type});
  }
  for (const auto& hook : change.planned->attachments) {
    if (hook.hook.family().attaches == attached_kind::map)
      request.attached_maps.push_back(hook.program);
  }
  request.maps.reserve(maps.size());
  for (const auto& [spec, shared, mapped] : maps) {
    if (spec->internal && !shared) {
      if (mapped) request.maps.push_back({spec->name, 0, spec->flags | detail::may_be_mapped});
      continue;
    }
    auto& asked = request.maps.emplace_back(
        map_directive{spec->name, spec->internal ? 0 : spec->max_entries, spec->flags});
    if (!shared) continue;
    LINCHPIN_TRY(asked.reuse, running_map(change, spec->name));
    asked.compared = spec->internal;
    if (!spec->internal) {
      LINCHPIN_TRY(asked.compared, known.count(spec->name));
    }
  }
  return request;
}

error not_as_planned(std::string_view subject, std::string_view expected, std::string_view found) {
  return error{errc::conflict, "load", subject}.expected(expected).found(found);
}

result<std::vector<program_record>> record_programs(const planned_component& planned,
                                                    const std::vector<loaded_program>& loaded) {
  auto made = planned.programs;
  if (made.size() != loaded.size()) {
    return not_as_planned(planned.image->spec().name, fmt::format("{} programs", made.size()),
                          fmt::format("{}", loaded.size()));
  }
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    if (made[i].name != loaded[i].name) {
      return not_as_planned(planned.image->spec().name, fmt::format("program {}", made[i].name),
                            fmt::format("program {}", loaded[i].name));
    }
    made[i].type = loaded[i].info.type;
    made[i].id = loaded[i].info.id;
    made[i].tag = loaded[i].info.tag;
  }
  return made;
}

result<std::vector<map_record>> record_maps(const planned_component& planned,
                                            const std::vector<wanted_map>& wanted,
                                            const std::vector<loaded_map>& loaded) {
  if (wanted.size() != loaded.size()) {
    return not_as_planned(planned.image->spec().name, fmt::format("{} maps", wanted.size()),
                          fmt::format("{}", loaded.size()));
  }
  std::vector<map_record> made;
  made.reserve(loaded.size());
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    const auto& [spec, shared, mapped] = wanted[i];
    const auto id = loaded[i].info.id;
    if (loaded[i].name != spec->name) {
      return not_as_planned(planned.image->spec().name, fmt::format("map {}", spec->name),
                            fmt::format("map {}", loaded[i].name));
    }
    if (shared && (!*shared || id != *shared)) {
      return not_as_planned(fmt::format("map {}", spec->name),
                            fmt::format("the running map, id {}", shared->value),
                            fmt::format("id {}", id.value));
    }
    const bool filled = i < planned.fills.size() && planned.fills[i] && !shared;
    made.push_back({*spec, id, filled ? digest_of(*planned.fills[i]) : 0});
  }
  return made;
}

// Targets that are maps of this generation have an identity from here on.
void identify_targets(component_change& change, const generation_record& made) {
  for (auto& attachment : change.after.attachments) {
    if (attachment.generation != made.number || !comes_with_load(attachment.identity)) continue;
    if (const auto* map = made.find_map(attachment.target)) attachment.identity.id = map->id.value;
  }
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& planned = *change.planned;
  const bool twin = planned.twin.value == which.number;
  const auto maps = twin ? maps_of_twin(change) : maps_of_next(planned);
  LINCHPIN_TRY(auto request, request_for(in.kernel(), change, maps));
  // A second copy of what runs shares the maps of its variables.
  if (!twin) {
    for (const auto& global : planned.globals)
      request.globals.push_back({global.name, global.value});
  }
  LINCHPIN_TRY(auto loaded, in.kernel().load(*planned.image, request));

  generation_record record;
  record.number = {which.number};
  record.digest = planned.image->digest();
  record.globals = twin ? change.before->running()->globals : planned.globals;
  record.prepared =
      twin ? change.before->running()->prepared : static_cast<bool>(planned.preparation);
  if (twin) record.layouts = change.before->running()->layouts;
  LINCHPIN_TRY(record.programs, record_programs(planned, loaded.programs));
  LINCHPIN_TRY(record.maps, record_maps(planned, maps, loaded.maps));
  auto& staged = change.staged.emplace_back(record);
  for (std::size_t i = 0; i < loaded.programs.size(); ++i) {
    staged.programs[i] = std::move(loaded.programs[i].program);
  }
  for (std::size_t i = 0; i < loaded.maps.size(); ++i) {
    staged.maps[i] = std::move(loaded.maps[i].map);
  }
  if (twin) {
    change.twin = std::move(record);
    return carry_tail_calls(in.state, *change.running, staged);
  }
  identify_targets(change, record);
  auto& versions = change.after.generations;
  const auto planned_one = std::find_if(
      versions.begin(), versions.end(),
      [&record](const generation_record& version) { return version.number == record.number; });
  if (planned_one != versions.end()) *planned_one = std::move(record);
  ++in.report.loaded;
  return {};
}

// Lets go of the handles: nothing is pinned or attached. A generation that a hook still runs,
// because it could not be switched back, keeps its handles and goes on record.
result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  change.copies.clear();
  change.variables.clear();
  const auto made = std::find_if(
      change.staged.begin(), change.staged.end(),
      [&which](const live_generation& version) { return version.number().value == which.number; });
  if (made == change.staged.end()) return {};
  const bool stays =
      change.before != nullptr && change.before->find_generation(made->number()) != nullptr;
  const auto* record = change.record_of({which.number});
  if (!stays && !change.durable() && record != nullptr) {
    LINCHPIN_CHECK(wait_before_letting_go(in, *record));
  }
  if (stays) in.state.find(change.name)->generations.push_back(std::move(*made));
  change.staged.erase(made);
  return {};
}

}  // namespace

const step_actions load_generation_actions{"load", perform, revert, nullptr, nullptr};

}  // namespace linchpin
