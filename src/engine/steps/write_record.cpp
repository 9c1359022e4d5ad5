// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/execution.hpp"

namespace linchpin {

namespace {

result<void> perform(execution& in, const step& which) {
  // What retired is removed by now: this is the last step of its component.
  auto& final = in.change_of(which).after;
  drop_retired(final);
  auto written = in.store().write_record(final);
  // Somebody else's pins stand where its record belongs: it runs on without one, and says so.
  if (!written && written.error().is(errc::conflict) && written.error().os_error() == 0 &&
      in.store().check()) {
    in.leave_alone(written.error().message());
    return {};
  }
  return written;
}

}  // namespace

const step_actions write_record_actions{"record", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
