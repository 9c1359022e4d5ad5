// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What differs between a map as it is and a map as a program expects it, one line for each
/// difference, first what is: "value_size: 8 -> 16",
/// "value.bytes: unsigned int at bit 32 -> unsigned long long at bit 64". Empty when the second can
/// use the first. Names of the maps are not compared.
///
/// What the kernel itself changes at creation is no difference: `max_entries` of a ring buffer
/// (rounded up to pages), of an LRU map with BPF_F_NO_COMMON_LRU (rounded up to a multiple of the
/// possible CPUs), of a perf event array declared with 0; access flags of a file descriptor.
///
/// A map with BTF and one without differ, since nobody can tell that they do not; except where the
/// kernel keeps no BTF for the map type.
[[nodiscard]] std::vector<std::string> layout_differences(const map_spec& is,
                                                          const map_spec& expected);

/// "lru_percpu_hash"; "map type 77" for one newer than this library.
[[nodiscard]] std::string name_of(uapi::map_type type);

}  // namespace linchpin

#include <linchpin/bpf/detail/map_layout.hpp>
