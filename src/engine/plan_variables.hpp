// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/engine/plan.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether programs keep global variables in a map: that of .data or .bss.
[[nodiscard]] bool holds_variables(const map_spec& map) noexcept;

/// Whether the kernel keeps something in a map that it lets nobody else write: a lock, a timer, a
/// list, or a pointer to one of its objects. It refuses to map such a map into memory.
[[nodiscard]] bool holds_kernel_objects(const map_spec& map) noexcept;

/// Where the running generation has the variables of the next one.
/// ownership: borrows both.
class running_variables {
 public:
  using fields = std::vector<const layout_field*>;

  /// A variable in a map of the running generation.
  struct place {
    const map_spec* map = nullptr;  ///< null: it has no such variable
    const fields* parts = nullptr;
    /// It has several, and nothing tells which one is meant.
    bool several = false;
  };

  /// \param running the maps on record
  /// \param next the variables that are to be found
  running_variables(const std::vector<map_record>& running, const object_spec& next);

  /// Looks in the map of the same section, and then in those of the other ones, from which the
  /// variable may have moved.
  [[nodiscard]] place find(const variable_spec& next) const;

  /// Whether something tells of the variables in a section, or there is none of that name.
  [[nodiscard]] bool tells_of(std::string_view section) const;

  /// A map that a variable of a section comes from; null for none.
  [[nodiscard]] const map_spec* source_of(std::string_view section) const;

  /// The variables that are to be found.
  [[nodiscard]] const std::vector<variable_spec>& wanted() const noexcept {
    return next_->variables;
  }

 private:
  // The fields of each variable of a map. A variable in a function is called like a field of one that
  // has the function's name, so that every beginning of a path is looked up.
  struct section {
    const map_spec* map;
    std::unordered_map<std::string_view, fields> at;
  };

  [[nodiscard]] const section* find_section(std::string_view name) const;

  std::vector<section> sections_;
  const object_spec* next_;
  // The sections in which the next generation has a variable of a name.
  std::unordered_map<std::string_view, std::vector<std::string_view>> sections_of_next_;
};

/// Decides which variables of a map keep their values: those of the same name, size and type in the
/// running generation, without locks, timers and addresses.
/// \param map of .data or .bss, or constants, of which none keeps a value
/// \param how reuse and copy are the same here, since two generations never share a map of variables
/// \param set what the component sets itself, which keeps nothing
void keep_variables(planned_map& map, carry_method how, const running_variables& running,
                    std::span<const global_record> set);

/// Says which variables of a map of constants had a value in the running generation.
void leave_constants(planned_map& map, const running_variables& running,
                     std::span<const global_record> set);

}  // namespace linchpin
