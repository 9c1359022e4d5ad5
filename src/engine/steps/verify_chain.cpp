// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

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
  // The target went away meanwhile, and the chain with it.
  if (record.id == attachment_id{}) return {};
  LINCHPIN_TRY(const auto seen, chain_around(in, record));
  if (!seen) return {};
  const auto& ran = seen->entries;
  const auto same =
      std::equal(ran.begin(), ran.end(), chain.at_commit.begin(), chain.at_commit.end(),
                 [&in](const chain_entry& found, const planned_chain_entry& wanted) {
                   return found.program == expected(in, wanted);
                 });
  if (same) return {};
  return error{errc::conflict, "verify", subject_of(change.name, record)}
      .expected(fmt::format("{} programs in the planned order", chain.at_commit.size()))
      .found(ran.size() == chain.at_commit.size()
                 ? std::string{"another order, or another program: somebody changed this chain"}
                 : fmt::format("{} programs: somebody changed this chain", ran.size()))
      .advice("observe and plan again");
}

}  // namespace

const step_actions verify_chain_actions{"verify", perform, nullptr, nullptr, nullptr};

}  // namespace linchpin
