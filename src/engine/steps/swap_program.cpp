// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// The interface or cgroup went away since the plan was made, and its packets with it. Removes the
// pin of the link, which would only keep the old program alive.
result<void> note_gone(execution& in, component_change& change, attachment_record& record) {
  LINCHPIN_CHECK(check_target_gone(in, change, record, "update"));
  ++in.report.gone;
  if (change.durable() && has_link(record.how)) {
    in.store().link_path(change.name, record.slot, in.path);
    LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, {}, in.path));
    if (found.what != link_found::kind::ours || !found.info.target_gone()) {
      return error{errc::conflict, "update"}
          .expected("a link whose target is gone")
          .found("a link that is attached again")
          .advice("observe and plan again");
    }
    LINCHPIN_CHECK(in.store().remove_pin(in.path));
  }
  record.id = {};
  return {};
}

void name_link(execution& in, const component_change& change, const attachment_record& record,
               std::uint32_t index) {
  in.swap.link = {};
  in.swap.pin.clear();
  if (!change.durable()) {
    in.swap.link = change.running->links[index].ref();
  } else if (has_link(record.how)) {
    in.store().link_path(change.name, record.slot, in.swap.pin);
  }
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& old = change.before->attachments[which.before];
  auto& record = change.after.attachments[which.after];
  const auto next = change.program_of(record);
  live_generation::program expected;
  if (which.number != 0) {
    expected.id = {static_cast<std::uint32_t>(which.number)};
  } else {
    expected = change.program_of(old);
  }
  LINCHPIN_CHECK(point_of(old, in.swap.at));
  in.swap.id = old.id;
  in.swap.program = next.held;
  in.swap.expected = expected.held;
  in.swap.expected_id = expected.id;
  in.swap.new_id = next.id;
  // The link may have been pinned again in another slot: the record after the change knows it.
  name_link(in, change, record, which.before);
  if (auto updated = in.kernel().update(in.swap); !updated) {
    if (!updated.error().is(errc::detached)) return in.store().by_name(std::move(updated));
    return note_gone(in, change, record);
  }
  in.waited = false;
  ++in.report.updated;
  return {};
}

// What our link or filter runs now, in whichever slot it is pinned.
struct standing {
  bool ours = false;
  program_id program{};
  handle opened;
  handle_ref link{};
};

result<standing> look(execution& in, const component_change& change, const step& which) {
  auto old = change.before->attachments[which.before];
  old.slot = change.after.attachments[which.after].slot;
  standing found;
  if (!has_link(old.how)) {
    LINCHPIN_TRY(const auto seen, chain_around(in, old));
    if (!seen) return found;
    for (const auto& entry : seen->entries) {
      if (!same_filter(entry, old.id)) continue;
      found.ours = true;
      found.program = entry.program;
    }
    return found;
  }
  LINCHPIN_TRY(auto link,
               find_link(in.store(), change.name, old, change.kept_link(which.before), in.path));
  if (link.what != link_found::kind::ours || link.info.target_gone()) return found;
  found.ours = true;
  found.program = link.info.program;
  found.opened = std::move(link.opened);
  found.link = link.link;
  return found;
}

// Records that a hook goes on running the next program, because its former one cannot be put back:
// the generation stays pinned, and the next plan starts from what is true.
void keep_running(execution& in, component_change& change, const step& which,
                  std::string_view why) {
  auto& old = change.before->attachments[which.before];
  const auto& next = change.after.attachments[which.after];
  in.not_restored.push_back(fmt::format("{} goes on running program {}: {}",
                                        subject_of(change.name, old),
                                        change.program_of(next).id.value, why));
  auto& before = *change.before;
  if (before.find_generation(next.generation) == nullptr) {
    before.generations.push_back(*change.record_of(next.generation));
  }
  old.program = next.program;
  old.generation = next.generation;
  old.slot = next.slot;
  before.next_slot = std::max(before.next_slot, next.slot + 1);
  change.before_changed = true;
}

result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  if (change.before == nullptr) return {};
  const auto& old = change.before->attachments[which.before];
  const auto former = change.program_of(old);
  const auto next = change.program_of(change.after.attachments[which.after]);
  LINCHPIN_TRY(const auto found, look(in, change, which));
  // The old program runs again, or a stranger's, which is not ours to end.
  if (!found.ours || !next.id || found.program != next.id || former.id == next.id) return {};
  if (!former.held) {
    keep_running(in, change, which, "the pin of its former program is gone");
    return {};
  }
  LINCHPIN_TRY(const auto at, point_of(old));
  update_request back{.at = at,
                      .id = old.id,
                      .link = found.link,
                      .program = former.held,
                      .expected = next.held,
                      .expected_id = next.id};
  auto undone = in.kernel().update(back);
  if (!undone && undone.error().is(errc::detached)) return {};
  if (!undone && !next.held && undone.error().is(errc::permission_denied)) {
    keep_running(in, change, which,
                 "its pin is gone, and naming it to replace it takes CAP_SYS_ADMIN");
    return {};
  }
  in.waited = false;
  return undone;
}

result<step_state> ask(execution& in, const step& which) {
  auto& change = in.change_of(which);
  LINCHPIN_TRY(const auto found, look(in, change, which));
  if (!found.ours) return step_state::unknown;
  if (found.program == change.program_of(change.after.attachments[which.after]).id) {
    return step_state::done;
  }
  return found.program == change.program_of(change.before->attachments[which.before]).id
             ? step_state::not_done
             : step_state::unknown;
}

}  // namespace

const step_actions swap_program_actions{"update", perform, revert, ask, subject_before};

}  // namespace linchpin
