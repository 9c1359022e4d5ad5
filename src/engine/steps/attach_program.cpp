// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

live_generation::program program_of(const component_change& change, const step& which) {
  const auto& record = change.after.attachments[which.after];
  const generation made_in = which.number != 0 ? generation{which.number} : record.generation;
  return change.program_of(made_in, record.program);
}

// The mechanism to try after the one on record; absent when the plan allows no other.
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
  return left != right && chain_of(left) == chain_of(right);
}

// returns: false when its target went away as soon as it was attached
result<bool> check_runs(kernel& kernel, handle_ref link, program_id expected) {
  LINCHPIN_TRY(const auto info, kernel.describe_link(link));
  if (info.target_gone()) return false;
  if (info.program == expected) return true;
  return error{errc::conflict, "verify"}
      .expected(fmt::format("program {}", expected.value))
      .found(fmt::format("program {}", info.program.value))
      .advice("observe and plan again: somebody else changed this link");
}

result<void> keep(execution& in, component_change& change, const step& which, attachment made,
                  program_id program) {
  auto& record = change.after.attachments[which.after];
  record.id = made.id;
  in.waited = false;
  if (made.link) {
    LINCHPIN_TRY(const bool runs, check_runs(in.kernel(), made.link.ref(), program));
    if (!runs) {
      LINCHPIN_CHECK(check_target_gone(in, change, record, "attach"));
      record.id = {};
      ++in.report.gone;
      return {};
    }
    if (change.durable()) {
      in.store().link_path(change.name, record.slot, in.path);
      if (auto pinned = in.store().pin(made.link.ref(), in.path); !pinned) {
        // Somebody may have opened the link by its id; then it would run on without a pin.
        LINCHPIN_TRY(const auto at, point_of(record));
        LINCHPIN_CHECK(in.kernel().detach(at, made.id, made.link.ref(), program));
        return pinned;
      }
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
    LINCHPIN_TRY(auto at, point_of(record));
    at.map = change.map_of(record);
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

// Removes the filter that this step made. It has no pin, and after an error or a death nobody knows
// its place: it is found by its program.
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

// The interface went to another network namespace since, with the link or without it.
error cannot_be_told(const attachment_record& record, const link_info& info) {
  return error{errc::conflict, "undo attach", subject_of(record)}
      .expected(
          fmt::format("{} {}", traits_of(record.identity.kind).noun, target_of(record).text()))
      .found(fmt::format("link {} that runs our program at another place", info.id.value))
      .advice("bring the interface back, or give the component up with release()");
}

bool lists(const chain& seen, const link_info& info) {
  return std::any_of(seen.entries.begin(), seen.entries.end(), [&info](const chain_entry& entry) {
    return entry.link ? entry.link == info.id : entry.program == info.program;
  });
}

// Whether a link that runs our program is attached where the record says. The number of its
// interface alone does not tell: an interface may get another one in another network namespace, and
// keep that, and another interface may have the same.
// errors: conflict and permission_denied where that cannot be told
result<bool> stands_there(execution& in, const attachment_record& record, const link_info& info) {
  if (!is_link_of(traits_of(record.how), record.type, info)) return false;
  if (info.target_gone()) return true;
  const bool same_number = info.target == record.identity.id;
  if (traits_of(record.identity.kind).scope != target_scope::in_a_netns) return same_number;
  if (!same_number) return cannot_be_told(record, info);
  LINCHPIN_TRY(const auto at, point_of(record));
  const auto seen = in.kernel().query(at);
  if (seen && lists(*seen, info)) return true;
  if (seen || says_gone(seen.error())) return cannot_be_told(record, info);
  // A chain that no kernel lists: then the number has to do.
  if (seen.error().is(errc::unsupported)) return true;
  return seen.error();
}

// Whether a link runs the program that a step attached.
bool runs_our_program(const component_change& change, const step& which, const link_info& info) {
  const auto& record = change.after.attachments[which.after];
  return info.program && (info.program == program_of(change, which).id ||
                          info.program == change.program_of(record).id);
}

// Whether the link at our pin is the one that this step made: by its id, or, where the process died
// before it could record the id, by the program that it runs and the place where it is attached.
// errors: as `stands_there`
result<bool> proved_ours(execution& in, const component_change& change, const step& which,
                         const link_info& info) {
  const auto& record = change.after.attachments[which.after];
  if (record.id.link) return info.id == record.id.link;
  return runs_our_program(change, which, info) ? stands_there(in, record, info)
                                               : result<bool>{false};
}

// Links of this component that were there before this step: on record, or attached again by a
// recovery that died before it could record them.
result<std::set<link_id>> links_of_others(execution& in, const component_change& change,
                                          program_id program) {
  std::set<link_id> found;
  if (change.before == nullptr) return found;
  for (const auto& attachment : change.before->attachments) {
    if (!has_link(attachment.how)) continue;
    if (attachment.id.link) found.insert(attachment.id.link);
    if (change.program_of(attachment).id != program) continue;
    in.store().link_path(change.name, attachment.slot, in.path);
    const auto pinned = in.kernel().open_pin(in.path, pin_kind::link);
    if (!pinned || !*pinned) continue;
    LINCHPIN_TRY(const auto info, in.kernel().describe_link(pinned->ref()));
    found.insert(info.id);
  }
  return found;
}

// Opens a link by its id. Empty where that is not permitted: nothing proves then that the link is
// there.
result<handle> open_if_permitted(execution& in, link_id id) {
  auto opened = in.kernel().open_by_id(pin_kind::link, id.value);
  if (!opened && opened.error().is(errc::permission_denied)) return handle{};
  return opened;
}

// Whether a failed query means that the chain cannot be read from here, and not that something
// broke.
bool chain_unreadable(const error& why) {
  return says_gone(why) || why.is(errc::unsupported) || why.is(errc::conflict) ||
         why.is(errc::permission_denied);
}

struct attachment_seen {
  bool runs = false;  // the program runs in the chain
  link_id link;       // its link, where the chain tells one
};

// Looks in the chain of a record for a program, leaving out the attachments of known links.
result<attachment_seen> look_in_chain(execution& in, const component_change& change,
                                      const attachment_record& record, program_id program,
                                      const std::set<link_id>& known) {
  LINCHPIN_TRY(auto at, point_of(record));
  at.map = change.map_of(record);
  const auto chain = in.kernel().query(at);
  if (!chain) {
    if (chain_unreadable(chain.error())) return attachment_seen{};
    return chain.error();
  }
  attachment_seen seen;
  for (const auto& entry : chain->entries) {
    if (entry.program != program || known.contains(entry.link)) continue;
    seen.runs = true;
    seen.link = entry.link;
    if (seen.link) break;
  }
  return seen;
}

// Looks through all links of the machine, for a chain that tells no links.
result<handle> search_all_links(execution& in, const component_change& change, const step& which,
                                const std::set<link_id>& known) {
  const auto& record = change.after.attachments[which.after];
  const auto ids = in.kernel().list_links();
  if (!ids && ids.error().is(errc::permission_denied)) return handle{};
  if (!ids) return ids.error();
  for (const auto id : *ids) {
    if (known.contains(id)) continue;
    LINCHPIN_TRY(auto opened, open_if_permitted(in, id));
    if (!opened) continue;
    const auto info = in.kernel().describe_link(opened.ref());
    if (!info || info->target_gone()) continue;
    const bool ours = runs_our_program(change, which, *info) &&
                      is_link_of(traits_of(record.how), record.type, *info) &&
                      info->target == record.identity.id;
    if (ours) return opened;
  }
  return handle{};
}

// The link that this step made, if it lives on without its pin because another process holds it. It
// is known by its id, or else by the program that nobody but this step attached there.
result<handle> unpinned_link(execution& in, const component_change& change, const step& which) {
  const auto& record = change.after.attachments[which.after];
  if (record.id.link) return open_if_permitted(in, record.id.link);
  const auto program = program_of(change, which).id;
  if (!program) return handle{};
  LINCHPIN_TRY(const auto known, links_of_others(in, change, program));
  LINCHPIN_TRY(const auto seen, look_in_chain(in, change, record, program, known));
  if (seen.link) return open_if_permitted(in, seen.link);
  return seen.runs ? search_all_links(in, change, which, known) : handle{};
}

result<void> end_unpinned(execution& in, component_change& change, const step& which) {
  auto& record = change.after.attachments[which.after];
  LINCHPIN_TRY(const auto link, unpinned_link(in, change, which));
  if (!link) return {};
  LINCHPIN_TRY(const auto info, in.kernel().describe_link(link.ref()));
  if (!info.target_gone() && info.program == program_of(change, which).id) {
    LINCHPIN_TRY(const auto at, point_of(record));
    LINCHPIN_CHECK(in.kernel().detach(at, {info.id, 0, 0}, link.ref(), info.program));
    in.waited = false;
  }
  record.id = {};
  return {};
}

result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  auto& record = change.after.attachments[which.after];
  if (!has_link(record.how)) return revert_filter(in, change, which);
  const handle kept = change.durable() ? handle{} : std::move(change.links[which.after]);
  if (!change.durable() && !kept) return {};
  LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, kept.ref(), in.path));
  if (found.what == link_found::kind::absent) return end_unpinned(in, change, which);
  bool ours = false;
  if (found.link) {
    LINCHPIN_TRY(ours, proved_ours(in, change, which, found.info));
  }
  if (!ours) {
    in.leave_alone(fmt::format("{}: something that is not ours is pinned at {}",
                               subject_of(change.name, record), in.store().public_path(in.path)));
    return end_unpinned(in, change, which);
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
  if (found.what == link_found::kind::absent) {
    LINCHPIN_TRY(const auto link, unpinned_link(in, change, which));
    return link ? step_state::done : step_state::not_done;
  }
  if (!found.link) return step_state::unknown;
  LINCHPIN_TRY(const bool ours, proved_ours(in, change, which, found.info));
  return ours ? step_state::done : step_state::unknown;
}

}  // namespace

std::string subject_after(const execution& in, const step& which) {
  const auto& change = in.changes[which.change];
  return subject_of(change.name, change.after.attachments[which.after]);
}

anchor anchor_at(const step_place& place, const chain_entry& left, const chain_entry& right) {
  const auto there = [](const chain_entry& entry) { return entry.program || entry.link; };
  const auto asked = [](const neighbour_record& neighbour) {
    return !neighbour.component.empty() || neighbour.entry.program;
  };
  anchor made;
  made.expected = place.expected;
  made.tc_priority = place.tc_priority;
  if (!asked(place.left) && !asked(place.right)) return made;
  // An anchor that is attached by a link must be named by it; a stranger's is not always told.
  const auto nameable = [&](const chain_entry& entry) {
    return there(entry) && (entry.link || entry.has_number());
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
