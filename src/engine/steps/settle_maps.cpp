// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> sweep(execution& in, component_change& change) {
  for (auto& copy : change.copies) LINCHPIN_CHECK(copy.second_sweep(in.kernel()));
  for (auto& copy : change.variables) LINCHPIN_CHECK(copy.second_sweep(in.kernel()));
  return {};
}

// A program that was replaced may still be running, and writing, on another CPU.
result<void> perform(execution& in, const step&) {
  LINCHPIN_CHECK(in.wait_for_stragglers());
  for (auto& change : in.changes) {
    if (auto swept = sweep(in, change); !swept) {
      return std::move(swept).error().about(fmt::format("component {}", change.name));
    }
  }
  return {};
}

}  // namespace

const step_actions settle_maps_actions{"settle", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
