// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_variables.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include <linchpin/bpf/detail/btf_layout.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view beginning = "value.";

// The type without "struct" in front and the lengths of arrays behind.
std::string_view bare_type(std::string_view type) {
  constexpr std::string_view record = "struct ";
  if (type.starts_with(record)) type.remove_prefix(record.size());
  return type.substr(0, type.find('['));
}

bool is_kernel_object(const layout_field& field) {
  return detail::btf_walk::belongs_to_kernel(bare_type(field.type));
}

bool is_address(const layout_field& field) {
  return bare_type(field.type).ends_with('*');
}

// The fields of each variable of a map. A variable in a function is called like a field of one that
// has the function's name, so that every beginning of a path is looked up.
class fields_by_variable {
 public:
  using fields = std::vector<const layout_field*>;

  explicit fields_by_variable(const map_spec& map) {
    for (const auto& field : map.layout) {
      std::string_view path = field.path;
      if (!path.starts_with(beginning)) continue;
      path.remove_prefix(beginning.size());
      for (auto end = path.find_first_of(".["); end != std::string_view::npos;
           end = path.find_first_of(".[", end + 1)) {
        add(path.substr(0, end), field);
      }
      add(path, field);
    }
  }

  [[nodiscard]] const fields* find(std::string_view variable) const {
    const auto found = at_.find(variable);
    return found == at_.end() ? nullptr : &found->second;
  }

 private:
  void add(std::string_view name, const layout_field& field) {
    auto& known = at_[name];
    if (known.empty() || known.back() != &field) known.push_back(&field);
  }

  std::unordered_map<std::string_view, fields> at_;
};

// Why a variable does not hold what one of the same name held; empty if it does.
std::string difference(const fields_by_variable::fields& old,
                       const fields_by_variable::fields& next) {
  const auto begin = [](const auto& fields) { return fields.front()->bit_offset; };
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

// "unsigned int[2][4]": the first array has the last length.
std::uint32_t elements_of(const variable_spec& variable) {
  const std::string_view type = variable.type;
  const auto open = type.rfind('[');
  if (open == std::string_view::npos) return 0;
  std::uint32_t count = 0;
  const auto* const first = type.data() + open + 1;
  std::from_chars(first, type.data() + type.size(), count);
  return count != 0 && variable.size % count == 0 ? count : 0;
}

bool is_set(std::span<const global_record> set, std::string_view name) {
  return std::any_of(set.begin(), set.end(),
                     [name](const global_record& global) { return global.name == name; });
}

}  // namespace

bool holds_variables(const map_spec& map) noexcept {
  return map.internal && !map.is_attachable() &&
         (map.name.starts_with(".data") || map.name.starts_with(".bss"));
}

bool holds_kernel_objects(const map_spec& map) noexcept {
  return std::any_of(map.layout.begin(), map.layout.end(), is_kernel_object);
}

namespace {

// Why a variable does not keep its value; empty if it does.
std::string why_left_behind(const fields_by_variable::fields& old,
                            const fields_by_variable::fields& next) {
  for (const auto* field : next) {
    if (is_kernel_object(*field)) return fmt::format("a {} belongs to one generation", field->type);
  }
  for (const auto* field : next) {
    if (is_address(*field)) return "an address belongs to one generation";
  }
  return difference(old, next);
}

void carry_variables(planned_map& map, const map_spec& running, const object_spec& next,
                     std::span<const global_record> set) {
  const fields_by_variable old_fields{running};
  const fields_by_variable next_fields{map.spec};
  std::unordered_map<std::string_view, unsigned> times;
  for (const auto& variable : next.variables) {
    if (variable.map == map.spec.name) ++times[variable.name];
  }
  const auto leave = [&map](const variable_spec& variable, std::string_view why) {
    map.left_behind.push_back(fmt::format("{}: {}", variable.name, why));
  };
  for (const auto& variable : next.variables) {
    if (variable.map != map.spec.name) continue;
    const auto* const old = old_fields.find(variable.name);
    const auto* const now = next_fields.find(variable.name);
    if (old == nullptr || now == nullptr || is_set(set, variable.name)) continue;
    if (auto& count = times[variable.name]; count != 1) {
      if (count != 0) leave(variable, "several variables have that name");
      count = 0;
      continue;
    }
    if (const auto why = why_left_behind(*old, *now); !why.empty()) {
      leave(variable, why);
      continue;
    }
    // Where a struct begins, before its first field.
    const auto before = now->front()->bit_offset - variable.offset * 8;
    const auto from = old->front()->bit_offset - before;
    if (old->front()->bit_offset < before || from % 8 != 0 ||
        from / 8 + variable.size > running.value_size) {
      leave(variable, "it lies in another way");
      continue;
    }
    map.variables.push_back(
        {variable.name, from / 8, variable.offset, variable.size, elements_of(variable)});
  }
}

}  // namespace

void keep_variables(planned_map& map, carry_method how, const map_spec& running,
                    const object_spec& next, std::span<const global_record> set) {
  map.carry = how;
  if (how == carry_method::discard) return;
  carry_variables(map, running, next, set);
  map.carry = carry_method::copy;
  if (!map.variables.empty()) return;
  map.carry.reset();
  map.reason = running.layout.empty() ? "nothing tells which variables the running generation has"
                                      : "no variable of the running generation goes on";
}

}  // namespace linchpin
