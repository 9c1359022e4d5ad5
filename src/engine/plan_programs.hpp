// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/plan.hpp>

#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The programs of the generation that a component loads, in the object's order, and what each is
/// loaded for. Ids and tags are 0 until the kernel gives them.
[[nodiscard]] std::vector<program_record> plan_programs(const planned_component& whole);
/// The same of a generation that is loaded a second time, for what it was loaded before.
[[nodiscard]] std::vector<program_record> programs_once_more(const generation_record& of);

}  // namespace linchpin
