// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/plan.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/scalar_parts.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// The section of the running generation that a variable of a map comes from.
[[nodiscard]] std::string_view source_section(const planned_map& map,
                                              const carried_variable& variable) noexcept;

/// The copy of global variables into the map of the next generation, in two sweeps around the
/// switch, as `map_copy`: the second one brings over what the old generation changed in between,
/// number by number, unless the next one has changed the same number, which then counts.
///
/// Nothing is copied twice of what cannot be written in one instant while programs run: what is no number
/// of 1, 2, 4 or 8 bytes at a multiple of its size (`partly_copied_once`), and all of a map with something
/// of the kernel's in it (`copied_once`).
class variable_copy {
 public:
  /// A map of the running generation that variables are in.
  struct source {
    std::string_view section;
    handle_ref map;
    std::vector<std::byte> copied{};  ///< its value at the first sweep
  };

  /// \param planned the map, which outlives this
  /// \param from those that the variables come from
  variable_copy(const planned_map& planned, std::vector<source> from, handle_ref to)
      : planned_(&planned), from_(std::move(from)), to_(to) {}

  /// errors: unsupported for a map that can be written as a whole alone, though nothing tells why:
  ///   no program has been switched by then.
  [[nodiscard]] result<void> first_sweep(kernel& kernel);
  [[nodiscard]] result<void> second_sweep(kernel& kernel);

 private:
  [[nodiscard]] result<void> copy_all(kernel& kernel);
  [[nodiscard]] result<void> copy_late(kernel& kernel);
  [[nodiscard]] result<std::vector<std::byte>> read(kernel& kernel, const source& from) const;
  [[nodiscard]] const source& source_of(const carried_variable& variable) const;
  [[nodiscard]] result<void> named(result<void> outcome) const;
  // `parts` of the whole map are found for the first variable that has changed.
  void add_late(const carried_variable& variable, const std::vector<std::byte>& now,
                std::optional<scalar_parts>& parts, std::vector<variable_write>& writes) const;

  const planned_map* planned_;
  std::vector<source> from_;
  handle_ref to_;
};

}  // namespace linchpin
