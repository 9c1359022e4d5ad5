// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_variables.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <linchpin/bpf/detail/btf_layout.hpp>
#include "engine/plan_globals.hpp"
#include "engine/scalar_parts.hpp"
#include "kernel/variable_writes.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

using fields = running_variables::fields;

constexpr std::string_view beginning = "value.";

bool is_digit(char letter) noexcept {
  return letter >= '0' && letter <= '9';
}

bool is_kernel_object(const layout_field& field) {
  return detail::btf_walk::belongs_to_kernel(bare_type(field.type));
}

// Calls `found` with every beginning of the path of a field that may be the name of a variable. No
// member of a struct begins with a digit: "in.count.1" is no part of "in.count".
template <class Found>
void each_name_in(std::string_view path, Found&& found) {
  if (!path.starts_with(beginning)) return;
  path.remove_prefix(beginning.size());
  for (auto end = path.find_first_of(".["); end != std::string_view::npos;
       end = path.find_first_of(".[", end + 1)) {
    const bool number = end + 1 < path.size() && path[end] == '.' && is_digit(path[end + 1]);
    if (!number) found(path.substr(0, end));
  }
  found(path);
}

// Calls `found` with each name in a path to which the compiler has added a number: "in.count" of
// "in.count.1".
template <class Found>
void each_numbered_name_in(std::string_view path, Found&& found) {
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    if (dot + 1 < path.size() && is_digit(path[dot + 1])) found(path.substr(0, dot));
  }
}

// The name without the number that the compiler has added; the whole one where it has added none.
std::string_view without_number(std::string_view name) {
  const auto dot = name.rfind('.');
  const bool numbered =
      dot != std::string_view::npos && dot + 1 < name.size() &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(), is_digit);
  return numbered ? name.substr(0, dot) : name;
}

std::unordered_map<std::string_view, fields> fields_by_variable(
    const std::vector<layout_field>& layout) {
  std::unordered_map<std::string_view, fields> made;
  for (const auto& field : layout) {
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

const global_record* find_set(std::span<const global_record> set, std::string_view name) {
  const auto found = std::find_if(
      set.begin(), set.end(), [name](const global_record& global) { return global.name == name; });
  return found == set.end() ? nullptr : &*found;
}

bool is_set(std::span<const global_record> set, std::string_view name) {
  return find_set(set, name) != nullptr;
}

// The bytes from the beginning of a variable to the end of its last field. What is behind, up to an
// alignment, means nothing.
std::uint32_t bytes_with_meaning(const variable_spec& variable, const fields& parts) {
  std::uint32_t end = 0;
  for (const auto* field : parts) end = std::max(end, field->bit_offset + field->bit_size);
  return std::min((end + 7) / 8 - variable.offset, variable.size);
}

void leave(planned_map& map, std::string_view variable, std::string_view why) {
  map.left_behind.push_back(fmt::format("{}: {}", variable, why));
}

// Decides about the variables of one map.
class map_variables {
 public:
  map_variables(planned_map& map, const running_variables& running,
                std::span<const global_record> set)
      : map_(map), running_(running), set_(set), next_(fields_by_variable(map.spec.layout)) {}

  void decide() {
    std::unordered_map<std::string_view, unsigned> times;
    for (const auto& variable : running_.wanted()) {
      if (variable.map == map_.spec.name) ++times[variable.name];
    }
    for (const auto& variable : running_.wanted()) {
      if (variable.map != map_.spec.name) continue;
      const auto old = running_.find(variable);
      if (const auto* given = find_set(set_, variable.name)) {
        leave_set(*given, old);
        continue;
      }
      auto& count = times[variable.name];
      if (running_.same_object() ? old.map == nullptr : !is_known(variable, old)) continue;
      if (running_.same_object() || (count == 1 && !old.several)) {
        if (const auto why = carry(variable, old); !why.empty()) leave(map_, variable.name, why);
      } else if (count != 0) {
        leave(map_, variable.name, "several variables have that name");
        count = 0;
      }
    }
    for (const auto& name : running_.gone_from(map_.spec.name))
      leave(map_, name, "the next object has none of that name");
  }

 private:
  // Says that what a variable holds gives way to what the component sets.
  void leave_set(const global_record& given, const running_variables::place& old) {
    if (old.map == nullptr && !old.several) return;
    leave(map_, given.name, fmt::format("set by the component, starts at {}", value_text(given)));
  }

  // Whether the running generation has a variable that may be meant.
  [[nodiscard]] bool is_known(const variable_spec& variable,
                              const running_variables::place& old) const {
    const bool numbered =
        running_.is_numbered(variable.name) && running_.was_numbered(variable.name);
    return old.map != nullptr || old.several || numbered;
  }

  // Why a variable does not keep its value, whatever the running generation has; empty if it may.
  [[nodiscard]] std::string why_never(const variable_spec& variable, const fields& next) const {
    if (running_.was_set(variable.name)) return "it is no longer set";
    for (const auto* field : next) {
      if (is_kernel_object(*field))
        return fmt::format("a {} belongs to one generation", field->type);
    }
    if (std::any_of(next.begin(), next.end(), [](const auto* field) { return is_address(*field); }))
      return "an address belongs to one generation";
    if (running_.is_numbered(variable.name)) {
      return "the compiler has numbered the variables of that name, in another object perhaps in "
             "another way";
    }
    if (variable.reshaped && !running_.same_object()) {
      return "static, so that the compiler may keep another value in it than that of the source";
    }
    return {};
  }

  // Carries one variable, or says why it stays behind.
  [[nodiscard]] std::string carry(const variable_spec& variable,
                                  const running_variables::place& old) {
    const auto next = parts_of(variable);
    if (auto why = why_never(variable, next); !why.empty()) return why;
    if (next.empty()) return "nothing tells what it consists of";
    auto from = variable.offset;
    auto size = variable.size;
    if (!running_.same_object()) {
      if (auto why = difference(*old.parts, next); !why.empty()) return why;
      // Where a struct begins, before its first field.
      const auto before = next.front()->bit_offset - variable.offset * 8;
      const auto first = old.parts->front()->bit_offset;
      if (first < before || (first - before) % 8 != 0) return "it lies in another way";
      from = (first - before) / 8;
      size = bytes_with_meaning(variable, next);
    }
    if (from + size > old.map->value_size) return "it lies beyond the end of the running map";
    const bool moved = old.map->name != map_.spec.name;
    map_.variables.push_back(
        {variable.name, moved ? old.map->name : std::string{}, from, variable.offset, size});
    return {};
  }

  // The fields of a variable, by its name and its place.
  [[nodiscard]] fields parts_of(const variable_spec& variable) const {
    const auto named = next_.find(variable.name);
    if (named == next_.end()) return {};
    fields made;
    const auto begin = variable.offset * 8, end = begin + variable.size * 8;
    for (const auto* field : named->second) {
      if (field->bit_offset >= begin && field->bit_offset <= end) made.push_back(field);
    }
    return made;
  }

  planned_map& map_;
  const running_variables& running_;
  std::span<const global_record> set_;
  std::unordered_map<std::string_view, fields> next_;
};

// Says of each variable whether all of it is numbers that can be written in one go.
void find_wide_parts(planned_map& map) {
  if (map.copied_once || map.variables.empty()) return;
  const scalar_parts parts{map.spec.layout, 0, map.spec.value_size};
  for (auto& variable : map.variables) {
    const auto end = variable.to + variable.size;
    for (auto begin = variable.to; begin < end && !variable.partly_copied_once;) {
      const auto next = std::min(parts.end_of(begin), end);
      variable.partly_copied_once = !detail::is_one_write(begin, next - begin);
      begin = next;
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

running_variables::running_variables(const generation_record& running, const object_spec& next,
                                     bool same_object)
    : running_(&running), next_(&next), same_object_(same_object) {
  for (const auto& map : running.maps) {
    if (!map.spec.internal) continue;
    const auto& layout = layout_of(map.spec, running.layouts);
    for (const auto& field : layout) {
      if (!field.path.starts_with(beginning)) continue;
      each_numbered_name_in(std::string_view{field.path}.substr(beginning.size()),
                            [&](std::string_view name) { numbered_in_running_.insert(name); });
    }
    if (holds_variables(map.spec))
      sections_.push_back({&map.spec, &layout, fields_by_variable(layout)});
  }
  for (const auto& variable : next.variables) {
    sections_of_next_[variable.name].push_back(variable.map);
    each_numbered_name_in(variable.name,
                          [&](std::string_view name) { numbered_in_next_.insert(name); });
  }
}

// What an earlier linchpin recorded says nothing of variables that the compiler has made smaller.
const std::vector<layout_field>& running_variables::layout_of(const map_spec& running,
                                                              std::uint32_t written_in) const {
  static const std::vector<layout_field> unknown;
  if (same_object_) {
    const auto* same = next_->find_map(running.name);
    return same == nullptr ? unknown : same->layout;
  }
  return written_in == layout_version ? running.layout : unknown;
}

const running_variables::section* running_variables::find_section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(),
                                  [name](const section& other) { return other.map->name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

running_variables::place running_variables::find(const variable_spec& next) const {
  if (same_object_) {
    const auto* same = find_section(next.map);
    return same == nullptr ? place{} : place{same->map, nullptr, false};
  }
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
  return known == nullptr || !known->layout->empty();
}

bool running_variables::is_numbered(std::string_view name) const {
  const auto base = without_number(name);
  return !same_object_ && (numbered_in_next_.contains(base) || numbered_in_running_.contains(base));
}

bool running_variables::was_numbered(std::string_view name) const {
  return numbered_in_running_.contains(without_number(name));
}

bool running_variables::was_set(std::string_view name) const {
  return is_set(running_->globals, name);
}

std::vector<std::string> running_variables::gone_from(std::string_view name) const {
  const auto* known = find_section(name);
  if (known == nullptr || same_object_) return {};
  // Beginnings of the paths of variables that the next generation has as well.
  std::unordered_set<std::string_view> stay;
  fields gone;
  for (const auto& field : *known->layout) {
    bool stays = false;
    each_name_in(field.path,
                 [&](std::string_view part) { stays = stays || sections_of_next_.contains(part); });
    if (!stays) {
      gone.push_back(&field);
      continue;
    }
    each_name_in(field.path, [&](std::string_view part) { stay.insert(part); });
  }
  std::vector<std::string> names;
  for (const auto* field : gone) {
    std::string_view whole;
    each_name_in(field->path, [&](std::string_view part) {
      if (whole.empty() && !stay.contains(part)) whole = part;
    });
    const bool told = std::find(names.begin(), names.end(), whole) != names.end();
    if (!whole.empty() && !told) names.emplace_back(whole);
  }
  return names;
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
  map_variables{map, running, set}.decide();
  find_wide_parts(map);
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
    leave(map, variable.name, fmt::format("it is constant, and was in {}", old.map->name));
  }
}

}  // namespace linchpin
