// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// The copy of a map's contents into its successor, in two sweeps around the switch.
///
/// The first sweep copies everything while the old generation still writes. The second, after the
/// switch and a grace period, brings over what the old generation changed in between: entries added
/// or changed late are written, entries removed late are removed, unless the new generation has
/// touched the same key, whose word then counts. What both generations change in between is not
/// merged: counters want `carry::reuse`. Keys that the component fills itself are not swept again.
class map_copy {
 public:
  /// \param map the name and type of both
  map_copy(const map_spec& map, handle_ref from, handle_ref to)
      : name_(map.name), prefixes_(map.type == uapi::map_type::lpm_trie), from_(from), to_(to) {}

  [[nodiscard]] handle_ref to() const noexcept { return to_; }
  /// Leaves alone, in the second sweep, keys that somebody else has written into the new map.
  /// \param of what was written
  void leave_alone(const map_entries& of);

  /// errors: full when the new map is too small for what the old one holds; the subject names the
  ///   map.
  [[nodiscard]] result<void> first_sweep(kernel& kernel);
  [[nodiscard]] result<void> second_sweep(kernel& kernel);

 private:
  result<void> copy_all(kernel& kernel);
  result<void> copy_late(kernel& kernel);
  [[nodiscard]] result<void> named(result<void> outcome) const;
  [[nodiscard]] bool leaves_alone(std::string_view key) const;

  std::string name_;
  bool prefixes_;  ///< its keys are prefixes, which have several spellings
  handle_ref from_;
  handle_ref to_;
  map_entries copied_;
  std::unordered_set<std::string, name_hash, std::equal_to<>> left_alone_;
};

}  // namespace linchpin
