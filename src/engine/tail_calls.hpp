// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/running.hpp"

// A program that moves runs from a second copy of its generation for a while, with tail-call arrays
// of its own. What user space put into the arrays of the first is put into those of the second.
namespace linchpin::inline LINCHPIN_ABI {

/// Slots that cannot be carried, because this process can neither name nor open their programs.
/// returns: "map jumps, slot 3: program 12", one line each
/// cost: 1 syscall for each slot that an array could have, 1 for each program of others
[[nodiscard]] result<std::vector<std::string>> closed_slots(running_state& state,
                                                            const running_component& of);

/// effects: fills the arrays of `twin`, another copy of the current generation of `of`: its own
///   programs with their twins, any other program with itself.
/// errors: permission_denied for a slot that cannot be carried.
[[nodiscard]] result<void> carry_tail_calls(running_state& state, const running_component& of,
                                            const live_generation& twin);

}  // namespace linchpin
