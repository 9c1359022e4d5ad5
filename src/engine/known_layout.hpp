// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/records.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// Whether the layout of a running map is on record as this linchpin describes it. One that is not is
/// read from the map itself: after a take-over without a record, and where an earlier linchpin may have
/// described a field in other words, or without the fields in it.
[[nodiscard]] bool has_known_layout(const generation_record& running, const map_spec& map);

}  // namespace linchpin
