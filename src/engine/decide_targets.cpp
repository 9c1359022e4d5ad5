// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/decide.hpp"
#include "engine/running.hpp"

// Maps of a component at its hooks: as what is attached, and as what it is attached at.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::string subject(const desired_component& desired, const desired_attachment& attachment) {
  return fmt::format("component {}, {}", desired.name(), attachment.hook.text());
}

result<const map_spec*> find_map(const desired_component& desired,
                                 const desired_attachment& attachment, std::string_view wanted,
                                 const object_image& image) {
  if (const auto* found = image.spec().find_map(wanted)) return found;
  std::vector<std::string_view> names;
  for (const auto& map : image.spec().maps) {
    if (!map.internal || map.is_attachable()) names.push_back(map.name);
  }
  return detail::no_such_name(
      error{errc::not_found, "find map", subject(desired, attachment)}.expected(
          fmt::format("a map '{}' in {}", wanted, image.spec().name)),
      wanted, names);
}

}  // namespace

result<void> check_attached_map(const desired_component& desired,
                                const desired_attachment& attachment, const object_image& image) {
  LINCHPIN_TRY(const auto* map, find_map(desired, attachment, attachment.program, image));
  const auto expected = fmt::format("struct {}", attachment.hook.family().structure);
  const bool holds_ops = map->is_attachable();
  const auto type = map->layout.empty() ? std::string{} : map->layout.front().type;
  if (holds_ops && type == expected) return {};
  return error{errc::wrong_type, "plan",
               fmt::format("{}, map {}", subject(desired, attachment), attachment.program)}
      .expected(fmt::format("a struct_ops map of {}", expected))
      .found(holds_ops ? fmt::format("one of {}", type) : fmt::format("a {}", name_of(map->type)))
      .advice(
          fmt::format("declare it as SEC(\".struct_ops\") {} {}", expected, attachment.program));
}

result<void> check_target_map(const desired_component& desired,
                              const desired_attachment& attachment, const object_image& image) {
  const auto& target = *attachment.hook.family().target;
  if (target.scope != target_scope::in_the_component) return {};
  const auto& name = attachment.hook.on().name;
  LINCHPIN_TRY(const auto* map, find_map(desired, attachment, name, image));
  if (target.takes(map->type)) return {};
  return error{errc::wrong_type, "plan", subject(desired, attachment)}
      .expected(std::string{target.indefinite})
      .found(fmt::format("map {}, which is a {}", name, name_of(map->type)))
      .advice("name a map of the component that holds sockets");
}

// A map that goes on has its id already; one that is made anew gets it with the load.
std::vector<observed_target> decider::with_own_maps(const planned_component& whole,
                                                    const desired_component& desired,
                                                    identities seen,
                                                    const observed_component* running) const {
  const auto& wanted = desired.attachments();
  const bool has_some = std::any_of(wanted.begin(), wanted.end(), [](const auto& attachment) {
    return attachment.hook.family().target->scope == target_scope::in_the_component;
  });
  if (!has_some) return {};
  std::vector<observed_target> made{seen.begin(), seen.end()};
  const auto component = static_cast<std::uint32_t>(made_.components_.size());
  const auto* current = running == nullptr ? nullptr : running->record->running();
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto& hook = wanted[i].hook;
    if (hook.family().target->scope != target_scope::in_the_component) continue;
    const auto& on = hook.on();
    const auto planned =
        std::find_if(whole.maps.begin(), whole.maps.end(),
                     [&on](const planned_map& map) { return map.spec.name == on.name; });
    const auto* there = current == nullptr ? nullptr : current->find_map(on.name);
    if (whole.builds() && planned != whole.maps.end()) {
      const auto number = static_cast<std::uint32_t>(planned - whole.maps.begin());
      const auto id =
          planned->running ? planned->running.value : comes_with_load(component, number);
      made[i].identity = target_identity{on.kind, id, {}};
    } else if (!whole.builds() && there != nullptr) {
      made[i].identity = target_identity{on.kind, there->id.value, {}};
    }
  }
  return made;
}

}  // namespace linchpin
