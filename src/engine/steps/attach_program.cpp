// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/execution.hpp"

namespace linchpin {

namespace {

live_generation::program program_of(const component_change& change, const step& which) {
  const auto& record = change.after.attachments[which.after];
  const generation made_in = which.number != 0 ? generation{which.number} : record.generation;
  return change.program_of(made_in, record.program);
}

// Ways to go on where one is not supported, as far as they lead into the same chain.
std::optional<mechanism> next_way(const component_change& change, const step& which) {
  if (change.planned == nullptr) return std::nullopt;
  const auto& planned = change.planned->attachments[which.after];
  const auto how = change.after.attachments[which.after].how;
  std::vector<mechanism> all{planned.how};
  all.insert(all.end(), planned.else_by.begin(), planned.else_by.end());
  const auto found = std::find(all.begin(), all.end(), how);
  if (found == all.end() || found + 1 == all.end()) return std::nullopt;
  return *(found + 1);
}

bool share_a_chain(mechanism left, mechanism right) noexcept {
  const auto is_xdp = [](mechanism how) {
    return how == mechanism::xdp_native || how == mechanism::xdp_generic;
  };
  return is_xdp(left) && is_xdp(right);
}

// returns: false when its target went away as soon as it was attached
result<bool> check_runs(kernel& acting, handle_ref link, program_id expected) {
  LINCHPIN_TRY(const auto info, acting.describe_link(link));
  if (info.target_gone()) return false;
  if (info.program == expected) return true;
  return error{errc::conflict, "verify"}
      .expected(fmt::format("program {}", expected.value))
      .found(fmt::format("program {}", info.program.value))
      .advice("somebody else changed this link; observe and plan again");
}

result<void> keep(execution& in, component_change& change, const step& which, attachment made,
                  program_id program) {
  auto& record = change.after.attachments[which.after];
  record.id = made.id;
  in.waited = false;
  if (made.link) {
    LINCHPIN_TRY(const bool runs, check_runs(in.kernel(), made.link.ref(), program));
    if (!runs) {
      LINCHPIN_TRY(const bool stands, target_stands(in.kernel(), record));
      if (stands) return detached_by_force("attach");
      record.id = {};
      ++in.report.gone;
      return {};
    }
    if (change.durable()) {
      in.store().link_path(change.name, record.slot, in.path);
      LINCHPIN_CHECK(in.store().pin(made.link.ref(), in.path));
    } else {
      change.links[which.after] = std::move(made.link);
    }
  }
  ++in.report.attached;
  return {};
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  auto& record = change.after.attachments[which.after];
  const auto program = program_of(change, which);
  const auto& place = in.places[which.place];
  const auto where = anchor_at(place, in.resolve(place.left), in.resolve(place.right));
  for (;;) {
    LINCHPIN_TRY(const auto at, point_of(record));
    auto made = in.kernel().attach(at, program.held, where);
    if (made) return keep(in, change, which, *std::move(made), program.id);
    auto failed = std::move(made).error();
    if (says_gone(failed)) {
      // Its target went away since the plan was made, and its packets with it.
      record.id = {};
      ++in.report.gone;
      return {};
    }
    if (!failed.is(errc::unsupported)) return failed;
    in.state.refuted.push_back({record.identity, record.how, failed.message()});
    const auto next = next_way(change, which);
    if (!next) return failed;
    if (!share_a_chain(record.how, *next)) {
      return std::move(failed).as(errc::conflict).advice("plan again: another way is left");
    }
    record.how = *next;
  }
}

// A filter has no pin, and where an attach was answered with an error or its process died, no known
// place: it is found by its program.
result<void> revert_filter(execution& in, component_change& change, const step& which) {
  auto& record = change.after.attachments[which.after];
  const auto program = program_of(change, which).id;
  LINCHPIN_TRY(const auto at, point_of(record));
  LINCHPIN_TRY(const auto seen, chain_around(in, record));
  if (!seen) return {};
  const auto recorded = [&](const attachment_id& id) {
    if (change.before == nullptr) return false;
    return std::any_of(change.before->attachments.begin(), change.before->attachments.end(),
                       [&](const attachment_record& attachment) {
                         return attachment.family == record.family &&
                                attachment.identity == record.identity && attachment.id == id &&
                                change.program_of(attachment).id == program;
                       });
  };
  for (const auto& entry : seen->entries) {
    const attachment_id id{{}, entry.tc_priority, entry.tc_handle};
    if (!program || entry.program != program || recorded(id)) continue;
    if (record.id != attachment_id{} && record.id != id) continue;
    LINCHPIN_CHECK(in.kernel().detach(at, id, {}, program));
    in.waited = false;
  }
  record.id = {};
  return {};
}

// Ours by its id; or, where nobody could write that down, by the program that it runs and by the
// place where it is attached.
bool proved_ours(const component_change& change, const step& which, const link_info& info) {
  const auto& record = change.after.attachments[which.after];
  if (record.id.link) return info.id == record.id.link;
  const bool our_program =
      info.program == program_of(change, which).id || info.program == change.program_of(record).id;
  return our_program && info.program && (info.target_gone() || info.target == record.identity.id);
}

result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  auto& record = change.after.attachments[which.after];
  if (!has_link(record.how)) return revert_filter(in, change, which);
  const handle kept = change.durable() ? handle{} : std::move(change.links[which.after]);
  if (!change.durable() && !kept) return {};
  LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, kept.ref(), in.path));
  if (found.what == link_found::kind::absent) return {};
  if (!found.link || !proved_ours(change, which, found.info)) {
    in.leave_alone(fmt::format("{}: something that is not ours is pinned at {}",
                               subject_of(change.name, record), in.store().public_path(in.path)));
    return {};
  }
  if (!found.info.target_gone()) {
    LINCHPIN_TRY(const auto at, point_of(record));
    LINCHPIN_CHECK(in.kernel().detach(at, {found.info.id, 0, 0}, found.link, found.info.program));
    in.waited = false;
  }
  if (change.durable()) LINCHPIN_CHECK(in.store().remove_pin(in.path));
  record.id = {};
  return {};
}

result<step_state> ask(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& record = change.after.attachments[which.after];
  if (!has_link(record.how)) {
    LINCHPIN_TRY(const auto seen, chain_around(in, record));
    if (!seen) return step_state::not_done;
    const auto program = program_of(change, which).id;
    const auto& entries = seen->entries;
    const bool there = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return program && entry.program == program;
    });
    return there ? step_state::done : step_state::not_done;
  }
  const auto kept = change.durable() ? handle_ref{} : change.links[which.after].ref();
  if (!change.durable() && !kept) return step_state::not_done;
  LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, kept, in.path));
  if (found.what == link_found::kind::absent) return step_state::not_done;
  return found.link && proved_ours(change, which, found.info) ? step_state::done
                                                              : step_state::unknown;
}

}  // namespace

std::string subject_after(const execution& in, const step& which) {
  const auto& change = in.changes[which.change];
  return subject_of(change.name, change.after.attachments[which.after]);
}

anchor anchor_at(const step_place& place, const chain_entry& left, const chain_entry& right) {
  const auto there = [](const chain_entry& entry) { return entry.program || entry.link; };
  const auto asked = [](const neighbour_record& who) {
    return !who.component.empty() || who.entry.program;
  };
  anchor made;
  made.expected = place.expected;
  made.tc_priority = place.tc_priority;
  if (!asked(place.left) && !asked(place.right)) return made;
  // An anchor that is attached by a link must be named by it; a stranger's is not always told.
  const auto nameable = [&](const chain_entry& entry) {
    return there(entry) && (entry.link || entry.tc_handle != 0);
  };
  made.kind = anchor_kind::last;
  if (!asked(place.right)) return made;
  if (!asked(place.left)) {
    made.kind = anchor_kind::first;
  } else if (nameable(left) || (there(left) && !there(right))) {
    made.kind = anchor_kind::after;
    made.relative_to = left;
  } else if (there(right)) {
    made.kind = anchor_kind::before;
    made.relative_to = right;
  }
  return made;
}

const step_actions attach_program_actions{"attach", perform, revert, ask, subject_after};

}  // namespace linchpin
