// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step&) {
  return in.store().write_index(in.index);
}

}  // namespace

const step_actions write_index_actions{"index", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
