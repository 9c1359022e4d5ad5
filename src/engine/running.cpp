// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/running.hpp"

#include <linchpin/hook/any_hook.hpp>

#include <atomic>

#include <fmt/format.h>

#include "core/try.hpp"

namespace linchpin {

handle_ref running_component::program(std::string_view name) const noexcept {
  const auto* found = record.find_program(name);
  return found == nullptr
             ? handle_ref{}
             : programs[static_cast<std::size_t>(found - record.programs.data())].ref();
}

handle_ref running_component::map(std::string_view name) const noexcept {
  const auto* found = record.find_map(name);
  return found == nullptr ? handle_ref{}
                          : maps[static_cast<std::size_t>(found - record.maps.data())].ref();
}

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

running_component* running_state::find(std::string_view component) noexcept {
  for (auto& one : components) {
    if (one.record.name == component) return &one;
  }
  return nullptr;
}

result<void> republish(running_state& state) {
  std::vector<const component_record*> durable;
  for (const auto& one : state.components) {
    if (one.lifetime == lifetime_kind::durable) durable.push_back(&one.record);
  }
  const auto policies = state.store.policies();
  return state.store.publish({state.store.serial(), policies, durable});
}

attach_point point_of(const attachment_record& record) {
  const auto* family = find_hook_family(record.family);
  return {record.how,
          family == nullptr ? uapi::attach_type{} : family->attach,
          {record.identity.kind, record.target},
          record.identity};
}

std::string subject_of(const attachment_record& record) {
  return fmt::format("{} {}, program {}", record.family, record.target, record.program);
}

void name_link(const store& of, const running_component& component, std::size_t attachment,
               update_request& request) {
  const auto& record = component.record.attachments[attachment];
  request.link = {};
  request.pin.clear();
  if (component.lifetime == lifetime_kind::ephemeral) {
    request.link = component.links[attachment].ref();
  } else if (has_link(record.how)) {
    of.link_path(component.record.name, record.slot, request.pin);
  }
}

result<borrowed_link> borrowed_link::of(running_state& state, const running_component& component,
                                        std::size_t attachment) {
  borrowed_link made;
  const auto& record = component.record.attachments[attachment];
  if (component.lifetime == lifetime_kind::ephemeral) {
    made.kept_ = component.links[attachment].ref();
  } else if (has_link(record.how)) {
    state.store.link_path(component.record.name, record.slot, state.link_path);
    LINCHPIN_TRY(made.opened_, state.store.acting().open_pin(state.link_path, pin_kind::link));
  }
  return made;
}

namespace {

result<observed_attachment> observe_filter(kernel& acting, const attachment_record& record,
                                           program_id expected) {
  auto found = acting.query(point_of(record));
  if (!found) {
    // A conflict says that the target is another one than then, or in another network namespace.
    if (found.error().is(errc::not_found) || found.error().is(errc::conflict)) {
      return observed_attachment{attachment_state::target_gone, {}};
    }
    return std::move(found).error();
  }
  for (const auto& entry : found->entries) {
    if (entry.tc_priority != record.id.tc_priority || entry.tc_handle != record.id.tc_handle) {
      continue;
    }
    // A place in a chain proves nothing: with another program it is another filter, not ours.
    return observed_attachment{
        entry.program == expected ? attachment_state::live : attachment_state::lost, entry.program};
  }
  return observed_attachment{attachment_state::lost, {}};
}

}  // namespace

result<observed_attachment> observe(running_state& state, const running_component& component,
                                    std::size_t attachment) {
  const auto& record = component.record.attachments[attachment];
  // Waiting for its target: there is nothing to look at.
  if (record.id == attachment_id{}) return observed_attachment{attachment_state::lost, {}};
  const auto* program = component.record.find_program(record.program);
  const program_id expected = program == nullptr ? program_id{} : program->id;
  if (!has_link(record.how)) {
    return observe_filter(state.store.acting(), record, expected);
  }
  LINCHPIN_TRY(const auto link, borrowed_link::of(state, component, attachment));
  if (!link.ref()) return observed_attachment{attachment_state::lost, {}};
  LINCHPIN_TRY(const auto info, state.store.acting().describe_link(link.ref()));
  if (info.id != record.id.link) return observed_attachment{attachment_state::lost, info.program};
  if (info.target_gone()) return observed_attachment{attachment_state::target_gone, info.program};
  return observed_attachment{
      info.program == expected ? attachment_state::live : attachment_state::altered, info.program};
}

}  // namespace linchpin
