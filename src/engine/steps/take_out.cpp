// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

program_id runs_now(const component_change& change, const step& which) {
  return which.number != 0 ? program_id{static_cast<std::uint32_t>(which.number)}
                           : change.program_of(change.before->attachments[which.before]).id;
}

// Checks the revision before the detach: the attach that follows would refuse a chain that somebody
// changed, and then the program would be gone already.
result<void> check_chain(execution& in, const attach_point& at, const step_place& place) {
  if (!place.expected) return {};
  LINCHPIN_TRY(const auto seen, in.kernel().query(at));
  if (seen.revision == place.expected) return {};
  return error{errc::conflict, "detach"}
      .expected(fmt::format("the chain as it was planned on, revision {}", place.expected.value))
      .found(fmt::format("revision {}", seen.revision.value))
      .advice("observe and plan again: somebody changed it meanwhile");
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto& record = change.before->attachments[which.before];
  LINCHPIN_TRY(const auto at, point_of(record));
  if (which.place != no_index) LINCHPIN_CHECK(check_chain(in, at, in.places[which.place]));
  const auto expected = runs_now(change, which);
  if (!has_link(record.how)) {
    LINCHPIN_CHECK(in.kernel().detach(at, record.id, {}, expected));
    in.waited = false;
    ++in.report.detached;
    return {};
  }
  LINCHPIN_TRY(auto found,
               find_link(in.store(), change.name, record, change.kept_link(which.before), in.path));
  bool pinned = change.durable();
  if (found.what != link_found::kind::ours) {
    // The pin is gone. Another process may hold the link, which keeps it attached; its id is on
    // record.
    auto by_id = in.kernel().open_by_id(pin_kind::link, record.id.link.value);
    if (!by_id && !by_id.error().is(errc::permission_denied)) return std::move(by_id).error();
    if (by_id && *by_id) {
      found.what = link_found::kind::ours;
      found.opened = *std::move(by_id);
      found.link = found.opened.ref();
      pinned = false;
    }
  }
  if (found.what != link_found::kind::ours) {
    return error{errc::conflict, "detach"}
        .expected(fmt::format("link {} pinned at {}", record.id.link.value,
                              in.store().public_path(in.path)))
        .found(found.what == link_found::kind::absent ? "nothing there" : "something else there")
        .advice("observe and plan again: somebody removed it");
  }
  LINCHPIN_CHECK(in.kernel().detach(at, record.id, found.link, expected));
  if (pinned) LINCHPIN_CHECK(in.store().remove_pin(in.path));
  ++in.report.detached;
  in.waited = false;
  return {};
}

// Whether a link is still attached although somebody removed its pin: another process may hold it.
result<bool> lives_without_a_pin(execution& in, const attach_point& at,
                                 const attachment_record& record, program_id program) {
  const auto by_id = in.kernel().open_by_id(pin_kind::link, record.id.link.value);
  if (by_id) {
    if (!*by_id) return false;
    LINCHPIN_TRY(const auto info, in.kernel().describe_link(by_id->ref()));
    return !info.target_gone();
  }
  if (!by_id.error().is(errc::permission_denied)) return by_id.error();
  const auto seen = in.kernel().query(at);
  if (!seen) {
    // A conflict says that its path means another cgroup or netns by now. A hook that no kernel lists tells
    // nothing: the link was ended by this step.
    const bool not_known = seen.error().is(errc::conflict) || seen.error().is(errc::unsupported);
    if (says_gone(seen.error()) || not_known) return false;
    return seen.error();
  }
  return std::any_of(seen->entries.begin(), seen->entries.end(), [&](const chain_entry& entry) {
    return entry.link ? entry.link == record.id.link : program && entry.program == program;
  });
}

// Whether the link on record, or one that replaced it, still runs the program. The link may have
// been attached again by a process that died before it could record the new id: then the id is
// noted here.
result<bool> link_stands(execution& in, component_change& change, attachment_record& record,
                         handle_ref kept) {
  const auto program = change.program_of(record).id;
  LINCHPIN_TRY(auto at, point_of(record));
  at.map = change.map_of(record);
  LINCHPIN_TRY(const auto found, find_link(in.store(), change.name, record, kept, in.path));
  if (found.what == link_found::kind::ours) return !found.info.target_gone();
  const bool ours_again = found.link && !found.info.target_gone() && program &&
                          found.info.program == program && found.info.target == record.identity.id;
  if (!ours_again) return lives_without_a_pin(in, at, record, program);
  record.id.link = found.info.id;
  change.before_changed = true;
  return true;
}

// Whether a filter of this family and target is on record.
bool on_record(const component_record& before, const attachment_record& place,
               const chain_entry& filter) {
  return std::any_of(before.attachments.begin(), before.attachments.end(),
                     [&](const attachment_record& attachment) {
                       return attachment.family == place.family &&
                              attachment.identity == place.identity &&
                              same_filter(filter, attachment.id);
                     });
}

// Whether the filter on record, or one that a dead process made in its place, still runs the
// program.
result<bool> filter_stands(execution& in, component_change& change, attachment_record& record) {
  const auto program = change.program_of(record).id;
  LINCHPIN_TRY(const auto seen, chain_around(in, record));
  if (!seen || !program) return false;
  for (const auto& entry : seen->entries) {
    if (entry.program != program) continue;
    if (same_filter(entry, record.id)) return true;
    if (on_record(*change.before, record, entry)) continue;
    record.id = {{}, entry.tc_priority, entry.tc_handle};
    change.before_changed = true;
    return true;
  }
  return false;
}

// Whether the program still runs where it ran before this step.
result<bool> stands(execution& in, component_change& change, const step& which) {
  auto& record = change.before->attachments[which.before];
  if (!has_link(record.how)) return filter_stands(in, change, record);
  return link_stands(in, change, record, change.kept_link(which.before));
}

result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  if (change.before == nullptr) return {};
  LINCHPIN_TRY(const bool there, stands(in, change, which));
  if (there) return {};
  auto& record = change.before->attachments[which.before];
  const auto* place = which.place == no_index ? nullptr : &in.places[which.place];
  LINCHPIN_TRY(const bool back, put_back(in, change, record, place));
  if (!back) {
    change.half_undone = true;
    in.not_restored.push_back(
        fmt::format("{} could not be put back: its target or its program is gone, or somebody else "
                    "took its place",
                    subject_of(change.name, record)));
  }
  return {};
}

result<step_state> ask(execution& in, const step& which) {
  LINCHPIN_TRY(const bool there, stands(in, in.change_of(which), which));
  return there ? step_state::not_done : step_state::done;
}

}  // namespace

std::string subject_before(const execution& in, const step& which) {
  const auto& change = in.changes[which.change];
  return change.before == nullptr
             ? fmt::format("component {}", change.name)
             : subject_of(change.name, change.before->attachments[which.before]);
}

namespace {

// A slot for a link whose own slot is taken by somebody else's pin.
result<std::uint32_t> free_slot(execution& in, component_record& of) {
  LINCHPIN_TRY(const auto names, in.store().taken(of.name));
  const auto taken = [&names](std::uint32_t slot) {
    const auto name = fmt::format("link-{}", slot);
    return std::any_of(names.begin(), names.end(), [&name](const std::string& text) {
      return text == name || text == name + "/";
    });
  };
  while (taken(of.next_slot)) ++of.next_slot;
  return of.next_slot++;
}

// Pins a link in the place of the one on record.
// returns: the slot where it is pinned now
result<std::uint32_t> pin_again(execution& in, component_change& change,
                                const attachment_record& former, handle_ref link) {
  LINCHPIN_TRY(const auto there, find_link(in.store(), change.name, former, {}, in.path));
  std::uint32_t slot = former.slot;
  if (there.what == link_found::kind::ours) {
    LINCHPIN_CHECK(in.store().remove_pin(in.path));
  } else if (there.what == link_found::kind::foreign) {
    LINCHPIN_TRY(slot, free_slot(in, *change.before));
  }
  in.store().link_path(change.name, slot, in.path);
  LINCHPIN_CHECK(in.store().pin(link, in.path));
  return slot;
}

// Whether an attach failed because of its place: the neighbour is gone, or this hook only appends.
// Last in the chain is then the nearest place.
bool refuses_the_place(const error& why) {
  return why.is(errc::conflict) || why.is(errc::unsupported) || why.os_error() == EINVAL;
}

// Whether an attach without an anchor failed because the target is gone or taken. A conflict says
// that the path means another cgroup or netns by now; EPERM, that somebody attached there in a way
// that allows no others.
bool takes_nobody_back(const error& why) {
  return says_gone(why) || why.is(errc::busy) || why.is(errc::conflict) || why.os_error() == EPERM;
}

// Pins or keeps the link of a program that is attached again, and puts its new id on record.
result<void> record_again(execution& in, component_change& change, attachment_record& record,
                          attachment made) {
  std::uint32_t slot = record.slot;
  if (made.link && change.durable()) {
    // Until the new link is pinned, the record knows the former one: the new one may die with this
    // call.
    LINCHPIN_TRY(slot, pin_again(in, change, record, made.link.ref()));
  } else if (made.link) {
    const auto index = static_cast<std::size_t>(&record - change.before->attachments.data());
    in.state.find(change.name)->links[index] = std::move(made.link);
  }
  record.id = made.id;
  record.slot = slot;
  change.before_changed = true;
  return {};
}

}  // namespace

result<bool> put_back(execution& in, component_change& change, attachment_record& record,
                      const step_place* place) {
  const auto program = change.program_of(record);
  // The program's pin is gone as well: there is nothing to attach.
  if (!program.held) return false;
  LINCHPIN_TRY(auto at, point_of(record));
  at.map = change.map_of(record);
  anchor where;
  if (place != nullptr) {
    where = anchor_at(*place, in.resolve(place->left), in.resolve(place->right));
    where.expected = {};
  }
  auto made = in.kernel().attach(at, program.held, where);
  if (!made && where.kind != anchor_kind::unordered && refuses_the_place(made.error())) {
    where = {};
    made = in.kernel().attach(at, program.held, {});
  }
  if (!made) {
    if (takes_nobody_back(made.error())) return false;
    return std::move(made).error();
  }
  in.waited = false;
  if (place != nullptr && where.kind == anchor_kind::unordered &&
      in.resolve(place->right) != chain_entry{}) {
    in.not_restored.push_back(
        fmt::format("{} runs again, behind programs that it ran before: this hook only appends",
                    subject_of(change.name, record)));
  }
  LINCHPIN_CHECK(record_again(in, change, record, *std::move(made)));
  return true;
}

const step_actions take_out_actions{"take out", perform, revert, ask, subject_before};

}  // namespace linchpin
