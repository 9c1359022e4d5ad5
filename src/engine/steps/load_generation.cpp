// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/execution.hpp"
#include "engine/tail_calls.hpp"

namespace linchpin {

namespace {

// What each program is loaded for. A tc program needs no attach type, and one that declares none gets
// none: it may call others that have none either, and the kernel wants all of them alike. Any other
// attached program gets its hook's, where all its hooks agree.
std::vector<program_directive> directives(const planned_component& planned) {
  struct hooks_of_program {
    uapi::attach_type type{};
    bool agree = true;
  };
  std::unordered_map<std::string_view, hooks_of_program> hooks;
  const planned_attachment* former = nullptr;
  for (const auto& hook : planned.attachments) {
    const auto type = hook.hook.family().attach;
    // One program at a thousand hooks is looked up once.
    const bool same = former != nullptr && former->program == hook.program &&
                      former->hook.family().attach == type;
    former = &hook;
    if (same) continue;
    const auto [known, fresh] = hooks.try_emplace(hook.program, hooks_of_program{type});
    if (!fresh && known->second.type != type) known->second.agree = false;
  }
  std::vector<program_directive> made;
  // What the attached programs of one type are loaded for, if that is one attach type.
  std::unordered_map<std::uint32_t, std::optional<uapi::attach_type>> by_type;
  for (const auto& spec : planned.image->spec().programs) {
    const auto found = hooks.find(spec.name);
    if (found == hooks.end()) continue;
    const bool untyped_tc = spec.type == uapi::program_type::sched_cls &&
                            spec.expected_attach_type == uapi::attach_type{};
    const bool decided = found->second.agree && !untyped_tc;
    const auto type = decided ? found->second.type : spec.expected_attach_type;
    made.push_back({spec.name, type});
    const auto [known, fresh] =
        by_type.emplace(static_cast<std::uint32_t>(spec.type), std::optional{type});
    if (!fresh && known->second != type) known->second.reset();
  }
  // A callee is loaded for what its callers are.
  for (const auto& spec : planned.image->spec().programs) {
    if (hooks.contains(spec.name) || spec.expected_attach_type != uapi::attach_type{}) continue;
    const auto found = by_type.find(static_cast<std::uint32_t>(spec.type));
    if (found == by_type.end() || !found->second || *found->second == uapi::attach_type{}) continue;
    if (spec.autoload) made.push_back({spec.name, *found->second});
  }
  return made;
}

// The running map, to be shared. Without it the kernel would make an empty one.
result<handle_ref> running_map(const component_change& change, std::string_view name) {
  const auto* current = change.running == nullptr ? nullptr : change.running->current();
  const auto held = current == nullptr ? handle_ref{} : current->find_map(name);
  if (held) return held;
  return error{errc::not_found, "load", fmt::format("map {}", name)}
      .expected("the running map, to share it")
      .found("nothing that could be opened");
}

using map_records = std::unordered_map<std::string_view, const map_record*>;

map_records running_records(const component_change& change) {
  map_records made;
  const auto* running = change.before == nullptr ? nullptr : change.before->running();
  if (running == nullptr) return made;
  for (const auto& map : running->maps) made.emplace(map.spec.name, &map);
  return made;
}

// Of a map that this process did not make, the record is no more than a hint: its live layout is
// compared again. To read that takes CAP_SYS_ADMIN, as opening the map by its id does. Without it,
// what the plan compared on record counts, for a map that has the id and the sizes on record.
result<bool> counts_as_compared(kernel& acting, const component_change& change,
                                const map_records& running, std::string_view name) {
  if (!change.running->inherited) return true;
  const auto found = running.find(name);
  const auto held = change.running->current()->find_map(name);
  // Taken over without a record: nothing was compared.
  if (found == running.end() || change.before->running()->digest == 0 || !held) return false;
  const auto& record = *found->second;
  const auto opened = acting.open_by_id(pin_kind::map, record.id.value);
  if (opened || !opened.error().is(errc::permission_denied)) return false;
  LINCHPIN_TRY(const auto live, acting.describe_map(held));
  return live.id == record.id && live.type == record.spec.type &&
         live.key_size == record.spec.key_size && live.value_size == record.spec.value_size;
}

result<load_request> request_for(kernel& acting, const component_change& change,
                                 const map_records& running, bool twin) {
  const auto& planned = *change.planned;
  load_request request;
  request.programs = directives(planned);
  if (twin) {
    // The same generation once more: all of its maps are shared, but for tail-call arrays, which
    // belong to one set of programs.
    for (const auto& map : change.before->running()->maps) {
      if (map.spec.type == uapi::map_type::prog_array) continue;
      LINCHPIN_TRY(const auto shared, running_map(change, map.spec.name));
      bool compared = map.spec.internal;
      if (!compared) {
        LINCHPIN_TRY(compared, counts_as_compared(acting, change, running, map.spec.name));
      }
      request.maps.push_back({map.spec.name, map.spec.internal ? 0 : map.spec.max_entries,
                              map.spec.flags, shared, compared});
    }
    return request;
  }
  request.maps.reserve(planned.maps.size());
  for (const auto& map : planned.maps) {
    if (map.spec.internal) continue;
    auto& wanted = request.maps.emplace_back(
        map_directive{map.spec.name, map.spec.max_entries, map.spec.flags});
    if (map.carry == carry_method::reuse) {
      LINCHPIN_TRY(wanted.reuse, running_map(change, map.spec.name));
      LINCHPIN_TRY(wanted.compared, counts_as_compared(acting, change, running, map.spec.name));
    }
  }
  return request;
}

result<void> check_reused(const map_records& running, const loaded_map& made,
                          const map_directive& asked) {
  if (!asked.reuse) return {};
  const auto found = running.find(made.name);
  const auto expected = found == running.end() ? map_id{} : found->second->id;
  if (expected && made.info.id == expected) return {};
  return error{errc::conflict, "load", fmt::format("map {}", made.name)}
      .expected(fmt::format("the running map, id {}", expected.value))
      .found(fmt::format("id {}", made.info.id.value));
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& planned = *change.planned;
  const bool twin = planned.twin.value == which.number;
  const auto running = running_records(change);
  LINCHPIN_TRY(const auto request, request_for(in.kernel(), change, running, twin));
  LINCHPIN_TRY(auto loaded, in.kernel().load(*planned.image, request));

  generation_record record;
  record.number = {which.number};
  record.digest = planned.image->digest();
  // What was asked for, and else what the object declares.
  std::unordered_map<std::string_view, uapi::attach_type> types;
  for (const auto& program : request.programs)
    types.emplace(program.name, program.expected_attach_type);
  for (const auto& program : planned.image->spec().programs) {
    types.emplace(program.name, program.expected_attach_type);
  }
  record.programs.reserve(loaded.programs.size());
  for (const auto& program : loaded.programs) {
    const auto type = types.find(program.name);
    record.programs.push_back({program.name, program.info.type,
                               type == types.end() ? uapi::attach_type{} : type->second,
                               program.info.id, program.info.tag});
  }
  std::unordered_map<std::string_view, const map_spec*> specs;
  for (const auto& map : planned.maps) specs.emplace(map.spec.name, &map.spec);
  if (twin) {
    for (const auto& map : change.before->running()->maps) specs.emplace(map.spec.name, &map.spec);
  }
  std::unordered_map<std::string_view, const map_directive*> wanted;
  for (const auto& map : request.maps) wanted.emplace(map.name, &map);
  std::vector<handle> maps;
  record.maps.reserve(loaded.maps.size());
  for (auto& map : loaded.maps) {
    const auto spec = specs.find(map.name);
    if (spec == specs.end()) continue;
    if (const auto wish = wanted.find(map.name); wish != wanted.end()) {
      LINCHPIN_CHECK(check_reused(running, map, *wish->second));
    }
    record.maps.push_back({*spec->second, map.info.id});
    maps.push_back(std::move(map.map));
  }

  auto& staged = change.staged.emplace_back(record);
  for (std::size_t i = 0; i < loaded.programs.size(); ++i) {
    staged.programs[i] = std::move(loaded.programs[i].program);
  }
  staged.maps = std::move(maps);
  if (twin) {
    change.twin = std::move(record);
    return carry_tail_calls(in.state, *change.running, staged);
  }
  auto& versions = change.after.generations;
  const auto planned_one = std::find_if(
      versions.begin(), versions.end(),
      [&record](const generation_record& version) { return version.number == record.number; });
  if (planned_one != versions.end()) *planned_one = std::move(record);
  ++in.report.loaded;
  return {};
}

// Nothing is pinned or attached: letting go of the handles is all. What a hook still runs that could
// not be switched back goes on record, and its handles with it.
result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  change.copies.clear();
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
