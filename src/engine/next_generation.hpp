// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/next_generation.hpp>

#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

struct next_generation::parts {
  const planned_component& planned;
  const live_generation& live;
};

}  // namespace linchpin
