// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  const auto& change = in.change_of(which);
  const auto* record = change.record_of({which.number});
  if (record == nullptr) return {};
  LINCHPIN_CHECK(wait_before_letting_go(in, *record));
  LINCHPIN_TRY(auto left, in.store().remove_generation(change.name, *record));
  for (auto& path : left) in.leave_alone(std::move(path));
  return {};
}

}  // namespace

const step_actions remove_generation_actions{"retire", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
