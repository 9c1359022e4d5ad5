// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/detail/shared_callback.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/map_entries.hpp>

namespace linchpin::inline LINCHPIN_ABI {

class next_generation;

/// Gives the entries of a map while a plan is carried out, with the sizes of a key and of a value.
using fill_function = detail::shared_callback<result<map_entries>()>;

/// Prepares a generation that is loaded and attached nowhere.
using prepare_function = detail::shared_callback<result<void>(next_generation&)>;

/// What is written into a map before its programs run: entries that are known when a plan is made, or
/// those that a function gives.
///
/// A value has as many bytes as the object declares, also in a per-CPU map, where every CPU gets it.
///
/// ownership: a value; copies share the function.
struct map_fill {
  /// Not looked at where there is a function.
  map_entries entries;
  /// Empty where the entries are known.
  fill_function function{};

  /// Whether the same entries are written, or copies of one function give them: nothing tells
  /// whether two functions do the same.
  friend bool operator==(const map_fill&, const map_fill&) = default;
};

}  // namespace linchpin
