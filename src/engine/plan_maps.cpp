// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_maps.hpp"

#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"
#include "engine/maps_by_name.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::vector<field_view> fields_of(const map_spec& spec) {
  std::vector<field_view> fields;
  fields.reserve(spec.layout.size());
  for (const auto& field : spec.layout) {
    fields.push_back({field.path, field.type, field.bit_offset, field.bit_size});
  }
  return fields;
}

// Differences in what an entry looks like; sizes of the whole map do not count.
std::vector<std::string> entry_differences(const map_spec& running, map_spec next) {
  next.type = running.type;
  next.max_entries = running.max_entries;
  next.flags = running.flags;
  return layout_differences(running, next);
}

// How the entries of a map are addressed and what they hold: entries go from one map to another
// only where these agree. Absent for types whose entries cannot be read out and written back one by
// one.
struct entry_kind {
  enum class keyed : std::uint8_t { by_index, by_key, by_prefix } keys;
  bool per_cpu;

  friend bool operator==(const entry_kind&, const entry_kind&) = default;
};

std::optional<entry_kind> entries_of(uapi::map_type type) noexcept {
  using keyed = entry_kind::keyed;
  switch (type) {
    case uapi::map_type::array:
      return entry_kind{keyed::by_index, false};
    case uapi::map_type::percpu_array:
      return entry_kind{keyed::by_index, true};
    case uapi::map_type::hash:
    case uapi::map_type::lru_hash:
      return entry_kind{keyed::by_key, false};
    case uapi::map_type::percpu_hash:
    case uapi::map_type::lru_percpu_hash:
      return entry_kind{keyed::by_key, true};
    case uapi::map_type::lpm_trie:
      return entry_kind{keyed::by_prefix, false};
    default:
      return std::nullopt;
  }
}

error cannot_carry(const desired_component& desired, const map_spec& map, errc condition,
                   std::string_view how) {
  return {condition, fmt::format("carry by {}", how),
          fmt::format("component {}, map {}", desired.name(), map.name)};
}

// What keeps the entries of a map from being copied into another.
struct obstacle {
  errc condition{};
  std::string expected;
  std::string found;
  std::string_view keep;  // which property of the map would have to stay as it is
};

std::optional<obstacle> obstacle_to_copy(const map_spec& running, const map_spec& next) {
  const auto from = entries_of(running.type);
  const auto to = entries_of(next.type);
  if (!from || !to) {
    return obstacle{errc::invalid_argument,
                    {},
                    fmt::format("a {}, whose contents cannot be copied entry by entry",
                                name_of(from ? next.type : running.type)),
                    "map as it is"};
  }
  if (*from != *to) {
    return obstacle{errc::layout_mismatch,
                    fmt::format("entries like those of the running {}", name_of(running.type)),
                    fmt::format("a {}", name_of(next.type)), "type"};
  }
  if (to->keys == entry_kind::keyed::by_index && next.max_entries < running.max_entries) {
    return obstacle{
        errc::layout_mismatch,
        fmt::format("at least the running map's {} entries", running.max_entries),
        fmt::format("{} entries, and an array has no empty ones to leave out", next.max_entries),
        "size"};
  }
  const auto differences = entry_differences(running, next);
  if (differences.empty()) return {};
  return obstacle{errc::layout_mismatch, "entries of the running map's layout",
                  fmt::format("{}", fmt::join(differences, "; ")), "layout"};
}

// Which carry to advise: one that works, and keeps the entries where any does.
std::string what_works(const map_spec& running, const map_spec& next, std::string_view keep) {
  if (layout_differences(running, next).empty()) return "use carry::reuse: the maps agree";
  if (!obstacle_to_copy(running, next)) {
    return "use carry::copy: entries agree, only the map's own shape differs";
  }
  return fmt::format("use carry::discard to start empty, or keep the {}", keep);
}

result<void> check_reuse(const desired_component& desired, const map_spec& running,
                         const map_spec& next) {
  const auto differences = layout_differences(running, next);
  if (differences.empty()) return {};
  const auto copying = obstacle_to_copy(running, next);
  return cannot_carry(desired, next, errc::layout_mismatch, "reuse")
      .expected("the running map's layout")
      .found(fmt::format("{}", fmt::join(differences, "; ")))
      .advice(what_works(running, next, copying ? copying->keep : std::string_view{}));
}

result<void> check_copy(const desired_component& desired, const map_spec& running,
                        const map_spec& next) {
  const auto found = obstacle_to_copy(running, next);
  if (!found) return {};
  return cannot_carry(desired, next, found->condition, "copy")
      .expected(found->expected)
      .found(found->found)
      .advice(what_works(running, next, found->keep));
}

constexpr std::string_view no_such_map = "a map the running generation does not have";
constexpr std::string_view layout_not_known = "nothing tells the layout of the running map";

// The way that the component asks for, or else that the policy answers.
result<carry_method> choose_carry(planned_map& map, const desired_component& desired,
                                  const desired_map* wish, const map_spec& old,
                                  const decisions& policies) {
  if (wish != nullptr && wish->carry) {
    map.reason = "asked for";
    return *wish->carry;
  }
  map.reason = policies.id(slot::map_carry);
  const auto old_fields = fields_of(old);
  const auto next_fields = fields_of(map.spec);
  // Variables keep their values one by one, whatever else is in their map.
  const bool same = map.spec.internal || entry_differences(old, map.spec).empty();
  const carry_view both{view_of(desired.name(), old), view_of(desired.name(), map.spec), same,
                        old_fields, next_fields};
  return answered(policies.carry(both), policies, slot::map_carry,
                  [&] { return map_text(desired, map.spec); });
}

// How the entries of a map reach the next one, whose layout may have to be compared for that.
result<void> plan_entries(planned_map& map, const desired_component& desired,
                          const desired_map* wish, const map_record& before, bool known,
                          const decisions& policies) {
  auto old = before.spec;
  if (!known && !map.spec.layout.empty() && (wish == nullptr || !wish->carry)) {
    // No policy is told that layouts agree, or that they do not. The component is held back.
    map.carry = carry_method::reuse;
    map.running = before.id;
    map.reason = layout_not_known;
    return {};
  }
  if (!known) old.layout = map.spec.layout;
  LINCHPIN_TRY(map.carry, choose_carry(map, desired, wish, old, policies));
  switch (*map.carry) {
    case carry_method::reuse:
      LINCHPIN_CHECK(check_reuse(desired, old, map.spec));
      map.running = before.id;
      break;
    case carry_method::copy:
      LINCHPIN_CHECK(check_copy(desired, old, map.spec));
      break;
    case carry_method::discard:
      break;
  }
  return {};
}

}  // namespace

result<void> plan_carries(std::vector<planned_map>& maps, const desired_component& desired,
                          const object_image& image, std::span<const global_record> set,
                          const generation_record& running, std::span<const std::string> uncompared,
                          const decisions& policies) {
  const auto wishes = wishes_of(desired);
  const auto before_by_name = maps_of(running);
  const running_variables variables{running, image.spec(), running.digest == image.digest()};
  for (auto& map : maps) {
    const auto* before = before_by_name.find(map.spec.name);
    if (holds_variables(map.spec)) {
      const auto* const from =
          before != nullptr ? &before->spec : variables.source_of(map.spec.name);
      if (from == nullptr) {
        map.reason = no_such_map;
        continue;
      }
      LINCHPIN_TRY(const auto how,
                   choose_carry(map, desired, wishes.find(map.spec.name), *from, policies));
      keep_variables(map, how, variables, set);
      continue;
    }
    if (before == nullptr) {
      map.reason = no_such_map;
      if (map.spec.internal) leave_constants(map, variables, set);
      continue;
    }
    if (map.spec.internal) {
      map.reason = "globals belong to one generation";
      leave_constants(map, variables, set);
      continue;
    }
    if (map.spec.type == uapi::map_type::prog_array) {
      map.reason = "a live tail-call array is never refilled";
      continue;
    }
    const bool known =
        std::find(uncompared.begin(), uncompared.end(), map.spec.name) == uncompared.end();
    LINCHPIN_CHECK(
        plan_entries(map, desired, wishes.find(map.spec.name), *before, known, policies));
  }
  return {};
}

result<carry_method> carry_between_equals(const planned_map& map, const desired_component& desired,
                                          const decisions& policies) {
  auto asked = map;
  const auto wishes = wishes_of(desired);
  return choose_carry(asked, desired, wishes.find(map.spec.name), map.spec, policies);
}

}  // namespace linchpin
