// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  // The last step of its component: generations that retired are removed by now.
  auto& change = in.change_of(which);
  drop_retired(change.after);
  auto written = in.store().write_record(change.after);
  if (written) {
    for (const auto& path : *written) change.record_problems.push_back(taken_by_others(path));
    return {};
  }
  // Somebody else's pins stand in both places of the record: the component runs on without one, and
  // status says so.
  if (written.error().is(errc::conflict) && written.error().os_error() == 0 && in.store().check()) {
    in.leave_alone(written.error().message());
    change.record_problems.push_back(in_one_line(written.error()));
    return {};
  }
  return std::move(written).error();
}

}  // namespace

const step_actions write_record_actions{"record", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
