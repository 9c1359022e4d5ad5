// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/plan.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The copy of global variables into the map of the next generation, in two sweeps around the
/// switch, as `map_copy`: the second one brings over what the old generation changed in between,
/// unless the next one has changed the same variable, or element of an array, which then counts.
class variable_copy {
 public:
  /// \param planned the map, which outlives this
  variable_copy(const planned_map& planned, handle_ref from, handle_ref to)
      : planned_(&planned), from_(from), to_(to) {}

  [[nodiscard]] result<void> first_sweep(kernel& kernel);
  /// Of a map that cannot be written in parts while programs run (`holds_kernel_objects`), nothing is
  /// copied twice.
  [[nodiscard]] result<void> second_sweep(kernel& kernel);

 private:
  [[nodiscard]] result<void> copy_all(kernel& kernel);
  [[nodiscard]] result<void> copy_late(kernel& kernel);
  [[nodiscard]] result<std::vector<std::byte>> read_old(kernel& kernel) const;
  [[nodiscard]] result<void> named(result<void> outcome) const;

  const planned_map* planned_;
  handle_ref from_;
  handle_ref to_;
  std::vector<std::byte> copied_;  // the old map's value at the first sweep
};

}  // namespace linchpin
