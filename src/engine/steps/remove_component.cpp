// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  const auto& change = in.change_of(which);
  LINCHPIN_TRY(const bool empty, in.store().remove_component(change.name));
  if (!empty) {
    in.leave_alone(fmt::format("{}: pins that no record tells of; what they hold stays",
                               in.store().public_path(in.store().component_path(change.name))));
  }
  return {};
}

}  // namespace

const step_actions remove_component_actions{"remove", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
