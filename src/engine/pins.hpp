// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Looks at the names below each durable component's directory for what the next service needs:
/// programs and maps that are gone are noted in `unpinned`, those in whose place something else is
/// in `occupied`, records of either kind in `record_problems`. Links are looked at one by one with
/// their hooks.
///
/// A directory that cannot be listed is a problem of its component.
void look_for_lost_pins(running_state& state);

/// Pins again what `unpinned` tells of, from what is held. What cannot be pinned stays listed
/// there.
[[nodiscard]] result<void> pin_again(running_state& state, running_component& which);

}  // namespace linchpin
