// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/decide.hpp"
#include "engine/observe.hpp"
#include "engine/orchestrator_state.hpp"
#include "engine/pins.hpp"

// What an orchestrator tells without changing anything.
namespace linchpin::inline LINCHPIN_ABI {

result<snapshot> orchestrator_core::observe() {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  observer looks{running};
  LINCHPIN_TRY(auto seen, looks.look({}));
  looks.add_names(seen);
  std::vector<observed_hook> hooks;
  std::unordered_map<hook_key, bool, hook_key_hash> known;
  for (const auto& component : running.components) {
    for (const auto& record : component.record.attachments) {
      const auto* family = find_hook_family(record.family);
      if (family == nullptr || record.id == attachment_id{}) continue;
      if (!family->abilities(record.how, seen.facts).query) continue;
      if (!known.emplace(hook_key{record.family, record.identity, record.how}, true).second) {
        continue;
      }
      LINCHPIN_TRY(auto at, point_of(record));
      hooks.push_back({record.family, std::move(at), true, true});
    }
  }
  LINCHPIN_CHECK(looks.add_chains(seen, hooks));
  return seen;
}

result<struct status> orchestrator_core::status() {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  look_for_lost_pins(running);
  observer looks{running};
  LINCHPIN_TRY(auto seen, looks.look({}));
  looks.add_names(seen);
  linchpin::status made{running.store.root(), {}, seen.problems};
  for (std::size_t i = 0; i < running.components.size(); ++i) {
    const auto& component = running.components[i];
    const auto& record = component.record;
    component_status told{
        record.name, record.current, component.lifetime, {}, {}, seen.components[i].problems};
    for (std::size_t j = 0; j < record.attachments.size(); ++j) {
      const auto& attachment = record.attachments[j];
      const auto& found = seen.components[i].attachments[j];
      told.attachments.push_back({hook_of(attachment), attachment.program, attachment.how,
                                  attachment.id, found.state, found.program, attachment.generation,
                                  found.name, yields(record.name, attachment, found)});
      if (found.place_taken) {
        told.problems.push_back(fmt::format(
            "{}: something that is not ours is pinned at {}", subject_of(attachment),
            running.store.public_path(running.store.link_path(record.name, attachment.slot))));
      } else if (!found.pinned && runs(found.state)) {
        told.problems.push_back(fmt::format("{}: its pin is gone", subject_of(attachment)));
      }
    }
    add_maps(told, component);
    made.components.push_back(std::move(told));
  }
  for (const auto& lost : running.unrecorded) {
    component_status component;
    component.name = lost.name;
    component.problems = lost.problems;
    if (const auto* waits = running.find_unfinished(lost.name)) {
      component.problems.insert(component.problems.begin(), waits->text());
      made.components.push_back(std::move(component));
      continue;
    }
    component.problems.emplace_back(
        "its record is lost: release() gives it up, adopt_again() takes it over");
    made.components.push_back(std::move(component));
  }
  return made;
}

// Whether the drift policy leaves an attachment to those who changed it.
bool orchestrator_core::yields(std::string_view component, const attachment_record& record,
                               const observed_attachment& found) const {
  const bool replaced = found.state == attachment_state::altered;
  if (!replaced && found.state != attachment_state::lost) return false;
  const auto* running = state_->running.find(component);
  if (running != nullptr && running->half_undone) return false;
  const auto target = target_of(record).text();
  const auto action =
      state_->policies->drift({component, record.program, record.family, target,
                               replaced ? drift_kind::replaced : drift_kind::detached,
                               replaced ? found.program : program_id{}});
  return action && *action == drift_action::yield;
}

void orchestrator_core::add_maps(component_status& to, const running_component& component) const {
  const auto& record = component.record;
  const auto* current = record.running();
  const auto* live = component.current();
  if (current == nullptr || live == nullptr) return;
  auto& store = state_->running.store;
  for (std::size_t i = 0; i < current->maps.size(); ++i) {
    if (!live->maps[i]) continue;
    const auto& name = current->maps[i].spec.name;
    auto described = store.kernel().describe_map(live->maps[i].ref());
    if (!described) {
      to.problems.push_back(
          fmt::format("map {}: cannot be looked at: {}", name, in_one_line(described.error())));
      continue;
    }
    auto info = *std::move(described);
    to.maps.push_back({name,
                       component.lifetime == lifetime_kind::durable
                           ? store.public_map_path(record.name, record.current, name)
                           : std::string{},
                       std::move(info)});
  }
}

result<std::string> orchestrator_core::map_path(std::string_view component,
                                                std::string_view map) const {
  LINCHPIN_TRY(const auto* found, find_map(component, map));
  if (found->lifetime == lifetime_kind::durable) {
    return state_->running.store.public_map_path(component, found->record.current, map);
  }
  return error{errc::unsupported, "find map", fmt::format("component {}, map {}", component, map)}
      .found("an ephemeral component, which has no pins")
      .advice("use map_handle()");
}

result<map_ref> orchestrator_core::map_handle(std::string_view component,
                                              std::string_view map) const {
  LINCHPIN_TRY(const auto* found, find_map(component, map));
  const auto* live = found->current();
  const auto held = live == nullptr ? handle_ref{} : live->find_map(map);
  if (held) return map_ref::borrow(fd_ref::borrow(held.number));
  return error{errc::not_found, "find map", fmt::format("component {}, map {}", component, map)}
      .expected("the map, by its pin")
      .found("nothing that could be opened")
      .advice("status() says what is wrong with this component");
}

result<program_ref> orchestrator_core::program_handle(std::string_view component,
                                                      std::string_view program) const {
  LINCHPIN_TRY(const auto* found, find_running(component, "find program", program));
  std::vector<std::string_view> names;
  for (const auto& known : found->record.running()->programs) names.push_back(known.name);
  const auto subject = fmt::format("component {}, program {}", component, program);
  if (std::find(names.begin(), names.end(), program) == names.end()) {
    return detail::no_such_name(error{errc::not_found, "find program", subject}.expected(
                                    "a program of the running generation"),
                                program, names);
  }
  const auto* live = found->current();
  const auto held = live == nullptr ? std::nullopt : live->find_program(program);
  if (held && held->held) return program_ref::borrow(fd_ref::borrow(held->held.number));
  return error{errc::not_found, "find program", subject}
      .expected("the program, by its pin")
      .found("nothing that could be opened")
      .advice("status() says what is wrong with this component");
}

result<const running_component*> orchestrator_core::find_running(std::string_view component,
                                                                 std::string_view operation,
                                                                 std::string_view what) const {
  if (state_ == nullptr) return moved_from();
  if (!state_->running.adopted) {
    return error{errc::in_doubt, operation,
                 fmt::format("component {}, {} {}", component,
                             operation.substr(std::string_view{"find "}.size()), what)}
        .ended(outcome::stranded)
        .expected("nothing left over by an earlier call")
        .advice("call status() or apply(), which repair it first");
  }
  const auto* found = std::as_const(state_->running).find(component);
  if (found == nullptr) return no_such_component(operation, component);
  return found;
}

result<const running_component*> orchestrator_core::find_map(std::string_view component,
                                                             std::string_view map) const {
  LINCHPIN_TRY(const auto* found, find_running(component, "find map", map));
  const auto* current = found->record.running();
  if (current->find_map(map) != nullptr) return found;
  std::vector<std::string_view> names;
  for (const auto& known : current->maps) names.push_back(known.spec.name);
  return detail::no_such_name(
      error{errc::not_found, "find map", fmt::format("component {}, map {}", component, map)}
          .expected("a map of the running generation"),
      map, names);
}

}  // namespace linchpin
