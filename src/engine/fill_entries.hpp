// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/engine/map_fill.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

inline constexpr std::string_view fill_operation = "fill map";

/// Whether a map of this shape can be filled entry by entry.
/// \param map with the size and flags that it is created with
/// errors: invalid_argument, about the map
[[nodiscard]] result<void> check_can_be_filled(const map_spec& map);

/// Whether these entries fit into an empty map of this shape, each with a key of its own.
/// errors: about the map: layout_mismatch for keys or values of another size; full for too many;
///   invalid_argument for a key that the map cannot have or that comes twice
/// cost: a look at each key
[[nodiscard]] result<void> check_entries(const map_spec& map, const map_entries& entries);

/// Some of the entries as the kernel layer writes them into a per-CPU map: the value once for each CPU.
/// \param first,count which of them
[[nodiscard]] map_entries for_each_cpu(const map_entries& entries, std::size_t first,
                                       std::size_t count, std::uint32_t cpus);
[[nodiscard]] bool is_per_cpu(uapi::map_type type) noexcept;

/// Whether the kernel takes out entries to make room, in which case writing one is no promise.
[[nodiscard]] bool evicts(uapi::map_type type) noexcept;
/// Whether all keys that were written are in a map that evicts.
/// errors: full, about the map, with how many are
[[nodiscard]] result<void> check_kept(const map_spec& map, const map_entries& wanted,
                                      const map_entries& there);

}  // namespace linchpin
