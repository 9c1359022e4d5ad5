// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// How a map differs from what a program expects. Names of the maps are not compared.
///
/// What the kernel itself changes at creation is no difference: `max_entries` of a ring buffer
/// (rounded up to pages), of an LRU map with BPF_F_NO_COMMON_LRU (rounded up to a multiple of the
/// possible CPUs), of a perf event array declared with 0; access flags of a file descriptor.
///
/// A map with BTF and one without differ, since nobody can tell that they do not; except where the
/// kernel keeps no BTF for the map type.
///
/// returns: one line for each difference, what is there first: "value_size: 8 -> 16", "value.bytes:
///   unsigned int at bit 32 -> unsigned long long at bit 64". Empty where a program that expects
///   the one can use the other.
/// cost: no syscall once the possible CPUs are known
[[nodiscard]] std::vector<std::string> layout_differences(const map_spec& is,
                                                          const map_spec& expected);

/// Finds what every kernel refuses in a map of its type: a missing or needless size, a missing or
/// needless flag. A ring buffer's size is not looked at, since libbpf rounds it up.
/// returns: the first problem, "max_entries is 0"; empty where there is none.
[[nodiscard]] std::string shape_problem(const map_spec& asked);

/// What a person can do about an errno of BPF_MAP_CREATE. Names the field of the map that the
/// kernel refuses, where that is known.
/// returns: as the other `errno_hint`.
[[nodiscard]] std::string errno_hint(int errno_value, const map_spec& refused);

/// Opens a map that is pinned, and refuses one of another layout.
/// errors: as `open_map(pin_path)`; layout_mismatch, with every difference in `found`.
/// kernel: CAP_SYS_ADMIN to compare fields
[[nodiscard]] result<map> open_map(const std::string& pin_path, const map_spec& expected);

/// Refuses a live map that cannot be used instead of a declared one.
/// errors: layout_mismatch, with every difference in `found`; as `map_ref::spec`.
/// kernel: CAP_SYS_ADMIN to compare fields
[[nodiscard]] result<void> check_layout(map_ref live, const map_spec& expected);

/// effects: creates a map without BTF, so that its layout has sizes and no fields. It ends with the
///   returned owner unless it is pinned.
/// errors: permission_denied; invalid_argument or full, with the field that the kernel refuses.
/// cost: 1 syscall, and once in a process what libbpf asks the kernel about names. It raises
///   RLIMIT_MEMLOCK where an old kernel needs that and this thread may.
/// source: bpf_map_create
[[nodiscard]] result<map> create_map(const map_spec& wanted);
/// The same for a map of maps.
/// \param inner a map of the shape that the inner ones are to have; it may end afterwards
[[nodiscard]] result<map> create_map(const map_spec& wanted, map_ref inner);

}  // namespace linchpin

#include <linchpin/bpf/detail/map_layout.hpp>
#include <linchpin/bpf/detail/map_problem.hpp>
#include <linchpin/bpf/detail/map_with_layout.hpp>
