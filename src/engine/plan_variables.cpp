// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_variables.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <linchpin/bpf/detail/btf_layout.hpp>
#include "engine/scalar_parts.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

using fields = running_variables::fields;

constexpr std::string_view beginning = "value.";

bool is_kernel_object(const layout_field& field) {
  return detail::btf_walk::belongs_to_kernel(bare_type(field.type));
}

// Calls `found` with every beginning of the path of a field that may be the name of a variable.
template <class Found>
void each_name_in(std::string_view path, Found&& found) {
  if (!path.starts_with(beginning)) return;
  path.remove_prefix(beginning.size());
  for (auto end = path.find_first_of(".["); end != std::string_view::npos;
       end = path.find_first_of(".[", end + 1)) {
    found(path.substr(0, end));
  }
  found(path);
}

std::unordered_map<std::string_view, fields> fields_by_variable(const map_spec& map) {
  std::unordered_map<std::string_view, fields> made;
  for (const auto& field : map.layout) {
    each_name_in(field.path, [&](std::string_view name) {
      auto& known = made[name];
      if (known.empty() || known.back() != &field) known.push_back(&field);
    });
  }
  return made;
}

// Why a variable does not hold what one of the same name held; empty if it does.
std::string difference(const fields& old, const fields& next) {
  const auto begin = [](const auto& parts) { return parts.front()->bit_offset; };
  const auto same = [&](const layout_field* left, const layout_field* right) {
    return left->path == right->path && left->type == right->type &&
           left->bit_size == right->bit_size &&
           left->bit_offset - begin(old) == right->bit_offset - begin(next);
  };
  if (std::equal(old.begin(), old.end(), next.begin(), next.end(), same)) return {};
  if (old.size() == 1 && next.size() == 1 && old.front()->type != next.front()->type) {
    return fmt::format("{} -> {}", old.front()->type, next.front()->type);
  }
  return "its fields differ";
}

bool is_set(std::span<const global_record> set, std::string_view name) {
  return std::any_of(set.begin(), set.end(),
                     [name](const global_record& global) { return global.name == name; });
}

// Why a variable does not keep its value; empty if it does.
std::string why_left_behind(const fields& old, const fields& next) {
  for (const auto* field : next) {
    if (is_kernel_object(*field)) return fmt::format("a {} belongs to one generation", field->type);
  }
  if (std::any_of(next.begin(), next.end(), [](const auto* field) { return is_address(*field); })) {
    return "an address belongs to one generation";
  }
  return difference(old, next);
}

void leave(planned_map& map, const variable_spec& variable, std::string_view why) {
  map.left_behind.push_back(fmt::format("{}: {}", variable.name, why));
}

// Carries one variable, or says why it stays behind.
void carry_variable(planned_map& map, const variable_spec& variable, const fields& next,
                    const running_variables::place& old) {
  if (const auto why = why_left_behind(*old.parts, next); !why.empty()) {
    return leave(map, variable, why);
  }
  // Where a struct begins, before its first field.
  const auto before = next.front()->bit_offset - variable.offset * 8;
  const auto first = old.parts->front()->bit_offset;
  const auto from = first - before;
  if (first < before || from % 8 != 0 || from / 8 + variable.size > old.map->value_size) {
    return leave(map, variable, "it lies in another way");
  }
  const bool moved = old.map->name != map.spec.name;
  map.variables.push_back({variable.name, moved ? old.map->name : std::string{}, from / 8,
                           variable.offset, variable.size});
}

void carry_variables(planned_map& map, const running_variables& running,
                     std::span<const global_record> set) {
  const auto next = fields_by_variable(map.spec);
  std::unordered_map<std::string_view, unsigned> times;
  for (const auto& variable : running.wanted()) {
    if (variable.map == map.spec.name) ++times[variable.name];
  }
  for (const auto& variable : running.wanted()) {
    if (variable.map != map.spec.name || is_set(set, variable.name)) continue;
    const auto now = next.find(variable.name);
    const auto old = running.find(variable);
    if (now == next.end() || (old.map == nullptr && !old.several)) continue;
    auto& count = times[variable.name];
    if (count == 1 && !old.several) {
      carry_variable(map, variable, now->second, old);
    } else if (count != 0) {
      leave(map, variable, "several variables have that name");
      count = 0;
    }
  }
}

}  // namespace

bool holds_variables(const map_spec& map) noexcept {
  return map.internal && !map.is_attachable() &&
         (map.name.starts_with(".data") || map.name.starts_with(".bss"));
}

bool holds_kernel_objects(const map_spec& map) noexcept {
  return std::any_of(map.layout.begin(), map.layout.end(), [](const layout_field& field) {
    return is_kernel_object(field) || is_tagged_address(field);
  });
}

running_variables::running_variables(const std::vector<map_record>& running,
                                     const object_spec& next)
    : next_(&next) {
  for (const auto& map : running) {
    if (holds_variables(map.spec)) sections_.push_back({&map.spec, fields_by_variable(map.spec)});
  }
  for (const auto& variable : next.variables) {
    sections_of_next_[variable.name].push_back(variable.map);
  }
}

const running_variables::section* running_variables::find_section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(),
                                  [name](const section& other) { return other.map->name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

running_variables::place running_variables::find(const variable_spec& next) const {
  const auto in = [&next](const section& where) -> place {
    const auto found = where.at.find(next.name);
    if (found == where.at.end()) return {};
    return {where.map, &found->second, false};
  };
  if (const auto* same = find_section(next.map)) {
    if (const auto found = in(*same); found.map != nullptr) return found;
  }
  // Those that the next generation has in their old sections stay there.
  const auto& sections = sections_of_next_.at(next.name);
  place moved;
  for (const auto& other : sections_) {
    const bool stays =
        std::find(sections.begin(), sections.end(), other.map->name) != sections.end();
    const auto found = stays ? place{} : in(other);
    if (found.map == nullptr) continue;
    moved.several = moved.map != nullptr;
    moved.map = found.map;
    moved.parts = found.parts;
    if (moved.several) break;
  }
  if (moved.map == nullptr || moved.several) return moved;
  // Another one of that name may be what the old one has become.
  const auto came = std::count_if(sections.begin(), sections.end(), [&](std::string_view name) {
    const auto* same = find_section(name);
    return same == nullptr || in(*same).map == nullptr;
  });
  moved.several = came > 1;
  return moved;
}

bool running_variables::tells_of(std::string_view name) const {
  const auto* known = find_section(name);
  return known == nullptr || !known->map->layout.empty();
}

const map_spec* running_variables::source_of(std::string_view name) const {
  for (const auto& variable : next_->variables) {
    if (variable.map != name) continue;
    if (const auto found = find(variable); found.map != nullptr) return found.map;
  }
  return nullptr;
}

void keep_variables(planned_map& map, carry_method how, const running_variables& running,
                    std::span<const global_record> set) {
  map.carry = how;
  if (how == carry_method::discard) return;
  carry_variables(map, running, set);
  map.carry = carry_method::copy;
  if (!map.variables.empty()) return;
  map.carry.reset();
  map.reason = running.tells_of(map.spec.name)
                   ? "no variable of the running generation goes on"
                   : "nothing tells which variables the running generation has";
}

void leave_constants(planned_map& map, const running_variables& running,
                     std::span<const global_record> set) {
  for (const auto& variable : running.wanted()) {
    if (variable.map != map.spec.name || is_set(set, variable.name)) continue;
    const auto old = running.find(variable);
    if (old.map == nullptr) continue;
    leave(map, variable, fmt::format("it is constant, and was in {}", old.map->name));
  }
}

}  // namespace linchpin
