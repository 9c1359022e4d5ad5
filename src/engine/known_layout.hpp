// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/records.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether the layout of a running map is on record as this linchpin describes it. One that is not is
/// compared when the map is loaded: after a take-over without a record, and where an earlier linchpin may
/// have described a field in other words, or without the fields in it.
[[nodiscard]] bool has_known_layout(const generation_record& running, const map_spec& map);

/// A running map with the layout that a plan compares: its own where it is known, or else that of the next
/// one.
[[nodiscard]] map_spec with_known_layout(const generation_record& running, const map_spec& map,
                                         const map_spec& next);

}  // namespace linchpin
