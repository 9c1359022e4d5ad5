// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// The copy of a map's contents into its successor, in two sweeps around the switch.
///
/// The first sweep copies everything while the old generation still writes. The second, after the
/// switch and a grace period, brings over what the old generation changed in between: entries added
/// or changed late are written, entries removed late are removed, unless the new generation has
/// touched the same key, whose word then counts. What both generations change in between is not
/// merged: counters want `carry::reuse`.
class map_copy {
 public:
  map_copy(std::string name, handle_ref from, handle_ref to)
      : name_(std::move(name)), from_(from), to_(to) {}

  /// errors: full when the new map is too small for what the old one holds; the subject names the
  ///   map.
  [[nodiscard]] result<void> first_sweep(kernel& kernel);
  [[nodiscard]] result<void> second_sweep(kernel& kernel);

 private:
  result<void> copy_all(kernel& kernel);
  result<void> copy_late(kernel& kernel);
  [[nodiscard]] result<void> named(result<void> outcome) const;

  std::string name_;
  handle_ref from_;
  handle_ref to_;
  map_entries copied_;
};

}  // namespace linchpin
