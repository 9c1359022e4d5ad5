// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/engine/plan.hpp>

#include <span>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether programs keep global variables in a map: that of .data or .bss.
[[nodiscard]] bool holds_variables(const map_spec& map) noexcept;

/// Whether the kernel keeps something in a map that cannot be copied: a lock, a timer, a list. Such a
/// map cannot be mapped into memory.
[[nodiscard]] bool holds_kernel_objects(const map_spec& map) noexcept;

/// Decides which variables of a map keep their values: those of the same name, size and type in the
/// running generation's map, without locks, timers and addresses.
/// \param how reuse and copy are the same here, since two generations never share a map of variables
/// \param next what the map belongs to
/// \param set what the component sets itself, which keeps nothing
void keep_variables(planned_map& map, carry_method how, const map_spec& running,
                    const object_spec& next, std::span<const global_record> set);

}  // namespace linchpin
