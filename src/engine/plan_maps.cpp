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
#include "engine/known_layout.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

map_view view_of(std::string_view component, const map_spec& spec, bool size_asked = false) {
  return {component,       spec.name,        spec.type,  spec.key_size,
          spec.value_size, spec.max_entries, spec.flags, size_asked};
}

std::vector<field_view> fields_of(const map_spec& spec) {
  std::vector<field_view> fields;
  fields.reserve(spec.layout.size());
  for (const auto& field : spec.layout) {
    fields.push_back({field.path, field.type, field.bit_offset, field.bit_size});
  }
  return fields;
}

std::string map_text(const desired_component& desired, const map_spec& map) {
  return fmt::format("component {}, map {}", desired.name(), map.name);
}

// Finds things by the names of maps; an object may have thousands.
template <class Thing>
class by_name {
 public:
  void add(std::string_view name, const Thing& thing) { at_.emplace(name, &thing); }
  [[nodiscard]] const Thing* find(std::string_view name) const {
    const auto found = at_.find(name);
    return found == at_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Thing*> at_;
};

by_name<desired_map> wishes_of(const desired_component& desired) {
  by_name<desired_map> made;
  for (const auto& map : desired.maps()) made.add(map.name, map);
  return made;
}

by_name<map_record> maps_of(const generation_record& running) {
  by_name<map_record> made;
  for (const auto& map : running.maps) made.add(map.spec.name, map);
  return made;
}

// Compares the key and value sizes that the service says it uses with those of the object.
result<void> check_entry(const desired_component& desired, const desired_map& declared,
                         const map_spec& map) {
  const entry_size has{map.key_size, map.value_size};
  if (!declared.entry || *declared.entry == has) return {};
  const auto words = [](const entry_size& of) {
    return fmt::format("keys of {} bytes and values of {}", of.key, of.value);
  };
  return error{errc::layout_mismatch, "find map", map_text(desired, map)}
      .expected(words(*declared.entry) + ", as the component says")
      .found(words(has) + " in the object");
}

result<void> check_names(const desired_component& desired, const object_image& image) {
  by_name<map_spec> known;
  for (const auto& map : image.spec().maps) known.add(map.name, map);
  for (const auto& declared : desired.maps()) {
    if (const auto* map = known.find(declared.name); map != nullptr) {
      LINCHPIN_CHECK(check_entry(desired, declared, *map));
      continue;
    }
    std::vector<std::string_view> names;
    for (const auto& map : image.spec().maps) names.push_back(map.name);
    return detail::no_such_name(
        error{errc::not_found, "find map", fmt::format("component {}", desired.name())}.expected(
            fmt::format("a map '{}' in {}", declared.name, image.spec().name)),
        declared.name, names);
  }
  return {};
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

result<void> check_shape(const desired_component& desired, const planned_map& map,
                         const decisions& policies) {
  if (map.spec.internal) return {};
  const auto problem = shape_problem(map.spec);
  if (problem.empty()) return {};
  const bool size = problem.starts_with("max_entries");
  const auto said = size && map.size_asked ? std::string{"the component asked"}
                    : size || problem.starts_with("flags")
                        ? fmt::format("{} says", policies.id(slot::map_sizing))
                        : std::string{"the object declares"};
  auto made = error{errc::invalid_argument, "size map",
                    fmt::format("component {}, map {}", desired.name(), map.spec.name)}
                  .expected(fmt::format("a {} that a kernel takes", name_of(map.spec.type)))
                  .found(fmt::format("{}, as {}", problem, said));
  if (!size) return made;
  return std::move(made).advice("say with map(...).max_entries(...) how large the map is to be");
}

// The maps as the object declares them and the component asks for them.
std::vector<planned_map> declared_maps(const desired_component& desired,
                                       const object_image& image) {
  const auto wishes = wishes_of(desired);
  std::vector<planned_map> maps;
  for (const auto& declared : image.spec().maps) {
    auto& map = maps.emplace_back(planned_map{declared, {}, {}, false, {}});
    map.copied_once = holds_variables(declared) && holds_kernel_objects(declared);
    const auto* wish = wishes.find(declared.name);
    if (wish == nullptr || !wish->max_entries) continue;
    map.spec.max_entries = *wish->max_entries;
    map.size_asked = true;
  }
  return maps;
}

result<std::vector<map_shape>> ask_sizes(const decisions& policies, const sizing_view& all) {
  const auto text = [](const map_view& map) {
    return fmt::format("component {}, map {}", map.component, map.name);
  };
  if (all.maps.empty()) return std::vector<map_shape>{};
  const auto shapes = policies.sizes(all);
  if (!shapes) {
    const bool known = shapes.about() && *shapes.about() < all.maps.size();
    return refused_by(policies, slot::map_sizing, shapes.reason(),
                      known ? text(all.maps[*shapes.about()]) : std::string{});
  }
  if (shapes->size() != all.maps.size()) {
    return refused_by(policies, slot::map_sizing,
                      fmt::format("it was asked about {} maps and answered about {}",
                                  all.maps.size(), shapes->size()),
                      {});
  }
  return *shapes;
}

}  // namespace

result<std::vector<std::vector<planned_map>>> plan_shapes(
    std::span<const desired_component* const> desired, std::span<const object_image* const> images,
    const decisions& policies, const machine_view& machine) {
  std::vector<std::vector<planned_map>> planned(desired.size());
  std::vector<map_view> views;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    if (images[i] == nullptr) continue;
    LINCHPIN_CHECK(check_names(*desired[i], *images[i]));
    planned[i] = declared_maps(*desired[i], *images[i]);
    for (const auto& map : planned[i]) {
      if (!map.spec.internal)
        views.push_back(view_of(desired[i]->name(), map.spec, map.size_asked));
    }
  }
  LINCHPIN_TRY(const auto shapes, ask_sizes(policies, {views, machine}));
  auto shape = shapes.begin();
  for (std::size_t i = 0; i < desired.size(); ++i) {
    for (auto& map : planned[i]) {
      if (!map.spec.internal) {
        if (!map.size_asked) map.spec.max_entries = shape->max_entries;
        map.spec.flags = shape->flags;
        ++shape;
      }
      // libbpf makes one for each CPU of it (libbpf.c: map_set_def_max_entries).
      if (map.spec.type == uapi::map_type::perf_event_array && map.spec.max_entries == 0) {
        map.spec.max_entries = machine.possible_cpus;
      }
      LINCHPIN_CHECK(check_shape(*desired[i], map, policies));
    }
  }
  return planned;
}

std::vector<std::string> changed_shapes(const std::vector<planned_map>& maps,
                                        const generation_record& running) {
  const auto before_by_name = maps_of(running);
  std::vector<std::string> lines;
  for (const auto& map : maps) {
    const auto* before = before_by_name.find(map.spec.name);
    if (before == nullptr) continue;
    if (before->spec.max_entries != map.spec.max_entries) {
      lines.push_back(fmt::format("map {}: max_entries {} -> {}", map.spec.name,
                                  before->spec.max_entries, map.spec.max_entries));
    }
    if (before->spec.flags != map.spec.flags) {
      lines.push_back(fmt::format("map {}: flags {:#x} -> {:#x}", map.spec.name, before->spec.flags,
                                  map.spec.flags));
    }
  }
  return lines;
}

namespace {

constexpr std::string_view no_such_map = "a map the running generation does not have";

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

}  // namespace

result<void> plan_carries(std::vector<planned_map>& maps, const desired_component& desired,
                          const object_image& image, std::span<const global_record> set,
                          const generation_record& running, const decisions& policies) {
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
    const auto old = with_known_layout(running, before->spec, map.spec);
    LINCHPIN_TRY(map.carry, choose_carry(map, desired, wishes.find(map.spec.name), old, policies));
    switch (*map.carry) {
      case carry_method::reuse:
        LINCHPIN_CHECK(check_reuse(desired, old, map.spec));
        map.running = before->id;
        break;
      case carry_method::copy:
        LINCHPIN_CHECK(check_copy(desired, old, map.spec));
        break;
      case carry_method::discard:
        break;
    }
  }
  return {};
}

}  // namespace linchpin
