// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>

#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// A generation that is loaded and attached nowhere, as `component::prepare` gets it: its maps and
/// programs, and nothing of the generation that runs.
///
/// ownership: valid for the length of the call, with all that it gives.
/// threads: as one object.
class LINCHPIN_EXPORT next_generation {
 public:
  /// What it looks things up in; made by the engine.
  struct parts;
  /// Borrows its parts.
  explicit next_generation(const parts& of) noexcept : parts_(of) {}
  next_generation(const next_generation&) = delete;
  next_generation& operator=(const next_generation&) = delete;

  /// Its number in the component.
  [[nodiscard]] generation number() const noexcept;

  /// Borrows a map, of whatever type, with what was carried and filled into it.
  /// errors: not_found (with the nearest name); invalid_argument for a map of global variables, which
  ///   `component::global` sets, and for one that the running generation shares (carry::reuse)
  [[nodiscard]] result<map_ref> map(std::string_view name) const;
  /// The entries of a map as values of C++.
  /// errors: as above, and those of `typed_map::over`
  template <map_key Key, map_value Value>
  [[nodiscard]] result<typed_map<Key, Value>> map(std::string_view name) const {
    auto found = map(name);
    if (!found) return std::move(found).error();
    return typed_map<Key, Value>::over(*found);
  }

  /// Borrows a program.
  /// errors: not_found (with the nearest name)
  [[nodiscard]] result<program_ref> program(std::string_view name) const;

 private:
  const parts& parts_;
};

}  // namespace linchpin
