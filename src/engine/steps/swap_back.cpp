// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// A program that was moved runs as a second copy until its first link has left the chain. Then the
// program of the current generation takes its place in the link.
result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& record = change.after.attachments[which.after];
  const auto twin = change.program_of(generation{which.number}, record.program);
  const auto current = change.program_of(record);
  if (record.id == attachment_id{}) return {};
  const bool filter = !has_link(record.how);
  const auto kept = change.durable() || filter ? handle_ref{} : change.links[which.after].ref();
  link_found found;
  LINCHPIN_TRY(const auto at, point_of(record));
  program_id runs{};
  if (filter) {
    LINCHPIN_TRY(const auto seen, chain_around(in, record));
    if (!seen) return {};
    for (const auto& entry : seen->entries) {
      if (same_filter(entry, record.id)) runs = entry.program;
    }
  } else {
    LINCHPIN_TRY(found, find_link(in.store(), change.name, record, kept, in.path));
    if (found.what != link_found::kind::ours || found.info.target_gone()) return {};
    runs = found.info.program;
  }
  // Either a process that died had done it already, or the program is somebody else's, which the
  // next plan sees.
  if (!twin.id || runs != twin.id) return {};
  update_request request{.at = at,
                         .id = record.id,
                         .link = found.link,
                         .program = current.held,
                         .expected = twin.held,
                         .expected_id = twin.id};
  auto updated = in.kernel().update(request);
  in.waited = false;
  if (!updated && updated.error().is(errc::detached)) return {};
  return updated;
}

}  // namespace

const step_actions swap_back_actions{"swap back", perform, nullptr, nullptr, subject_after};

}  // namespace linchpin
