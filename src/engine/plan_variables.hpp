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
///
/// The names of variables identify them, but for those that the compiler has numbered: of several
/// static ones of one name in a function, the sequence in the source says which is called "in.count",
/// "in.count.1" or "in.count.2". Between two different objects such names identify nothing, nor the
/// name that the numbers were added to.
/// ownership: borrows both.
class running_variables {
 public:
  using fields = std::vector<const layout_field*>;

  /// A variable in a map of the running generation.
  struct place {
    const map_spec* map = nullptr;  ///< null: it has no such variable
    const fields* parts = nullptr;  ///< null: the same ones, of the same object
    /// It has several, and nothing tells which one is meant.
    bool several = false;
  };

  /// \param running what is on record
  /// \param next the variables that are to be found
  /// \param same_object both are of the same object, so that each variable is where it was
  running_variables(const generation_record& running, const object_spec& next,
                    bool same_object = false);

  /// Looks in the map of the same section, and then in those of the other ones, from which the
  /// variable may have moved.
  [[nodiscard]] place find(const variable_spec& next) const;

  /// Whether something tells of the variables in a section, or there is none of that name.
  [[nodiscard]] bool tells_of(std::string_view section) const;

  /// Whether the compiler has numbered variables of that name, in either object, and the objects are
  /// different ones.
  [[nodiscard]] bool is_numbered(std::string_view name) const;
  /// Whether the compiler numbered variables of that name in the running generation's object.
  [[nodiscard]] bool was_numbered(std::string_view name) const;

  /// Whether the running generation was given a value for a variable.
  [[nodiscard]] bool was_set(std::string_view name) const;

  /// The variables of a section of which the next generation has none of that name, in any section. A
  /// struct, or all static variables of one function, count as one where all of it is gone.
  [[nodiscard]] std::vector<std::string> gone_from(std::string_view section) const;

  [[nodiscard]] bool same_object() const noexcept { return same_object_; }

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
    const std::vector<layout_field>* layout;
    std::unordered_map<std::string_view, fields> at;
  };

  [[nodiscard]] const section* find_section(std::string_view name) const;
  [[nodiscard]] const std::vector<layout_field>& layout_of(const map_spec& running,
                                                           std::uint32_t written_in) const;

  std::vector<section> sections_;
  const generation_record* running_;
  const object_spec* next_;
  bool same_object_;
  // Names to which the compiler has added numbers.
  std::unordered_set<std::string_view> numbered_in_running_;
  std::unordered_set<std::string_view> numbered_in_next_;
  // The sections in which the next generation has a variable of a name.
  std::unordered_map<std::string_view, std::vector<std::string_view>> sections_of_next_;
};

/// Decides which variables of a map keep their values: those of the same name, size and type in the
/// running generation, without locks, timers and addresses. One that was set and is no longer has the
/// object's value.
/// \param map of .data or .bss, or constants, of which none keeps a value
/// \param how reuse and copy are the same here, since two generations never share a map of variables
/// \param set what the component sets itself, which keeps nothing
void keep_variables(planned_map& map, carry_method how, const running_variables& running,
                    std::span<const global_record> set);

/// Says which variables of a map of constants had a value in the running generation.
void leave_constants(planned_map& map, const running_variables& running,
                     std::span<const global_record> set);

}  // namespace linchpin
