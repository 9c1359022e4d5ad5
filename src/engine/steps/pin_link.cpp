// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Pins a link again whose pin somebody removed while another process held the link.
result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& record = change.after.attachments[which.after];
  LINCHPIN_TRY(const auto link, in.kernel().open_by_id(pin_kind::link, record.id.link.value));
  if (!link) {
    return error{errc::conflict, "pin"}
        .expected(
            fmt::format("link {}, which stood there when the plan was made", record.id.link.value))
        .found("no such link any more")
        .advice("observe and plan again");
  }
  in.store().link_path(change.name, record.slot, in.path);
  return in.store().pin(link.ref(), in.path);
}

// Removes the pin again, which was missing before the transaction.
result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& record = change.after.attachments[which.after];
  const auto& old = change.before->attachments[which.before];
  // A pin in the old slot stays: the record before the change looks for it there.
  if (record.slot == old.slot) return {};
  LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, {}, in.path));
  if (found.what != link_found::kind::ours) return {};
  return in.store().remove_pin(in.path);
}

}  // namespace

const step_actions pin_link_actions{"pin", perform, revert, nullptr, subject_after};

}  // namespace linchpin
