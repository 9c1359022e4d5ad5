// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/execution.hpp"

namespace linchpin {

namespace {

// Our links that are still in the chain and leave it after the commit.
bool leaves_later(const chain_entry& entry, const planned_chain& chain) {
  return std::any_of(chain.leaving.begin(), chain.leaving.end(), [&entry](const chain_entry& one) {
    if (entry.tc_handle != 0) return same_filter(entry, {{}, one.tc_priority, one.tc_handle});
    return entry.link ? entry.link == one.link : entry.program == one.program;
  });
}

program_id expected(const execution& in, const planned_chain_entry& entry) {
  if (entry.id || entry.component.empty()) return entry.id;
  const auto found = in.change_at.find(entry.component);
  if (found == in.change_at.end()) return entry.id;
  const auto& change = in.changes[found->second];
  return change.program_of(change.after.current, entry.program).id;
}

// A hook without a revision does not tell when somebody else changes its chain between two calls.
result<void> perform(execution& in, const step& which) {
  const auto& chain = in.chains[which.number];
  const auto& change = in.change_of(which);
  const auto& record = change.after.attachments[which.after];
  // Its target went away meanwhile.
  if (record.id == attachment_id{}) return {};
  LINCHPIN_TRY(const auto at, point_of(record));
  auto seen = in.kernel().query(at);
  if (!seen) {
    const bool gone = seen.error().is(errc::not_found) || seen.error().is(errc::target_gone);
    return gone ? result<void>{} : result<void>{std::move(seen).error()};
  }
  std::vector<program_id> ran;
  for (const auto& entry : seen->entries) {
    if (!leaves_later(entry, chain)) ran.push_back(entry.program);
  }
  const auto same = std::equal(
      ran.begin(), ran.end(), chain.entries.begin(), chain.entries.end(),
      [&in](program_id found, const planned_chain_entry& wanted) {
        return found == expected(in, wanted);
      });
  if (same) return {};
  return error{errc::conflict, "verify", subject_of(change.name, record)}
      .expected(fmt::format("{} programs in the planned order", chain.entries.size()))
      .found(fmt::format("{} programs, or another order: somebody else changed this chain",
                         ran.size()))
      .advice("observe and plan again");
}

}  // namespace

const step_actions verify_chain_actions{"verify", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
