// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/recover.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/cut_short.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

void append(std::string& told, std::string_view line) {
  if (!told.empty()) told += "; ";
  told += line;
}

// What became of one component, after the store was read again.
std::string outcome_of(const running_state& state, const journal& of,
                       const journal_change& change) {
  const auto* now = state.store.find(change.name);
  if (now != nullptr && now->record) {
    const auto why = why_not_followed(of.serial, change, *now->record);
    if (!why.empty()) return fmt::format("{}: {}, which was not followed", change.name, why);
  }
  if (of.phase == journal_phase::committed) {
    return change.stays ? fmt::format("{}: finished the change to generation {}", change.name,
                                      change.after.current.value)
                        : fmt::format("{}: finished its removal", change.name);
  }
  if (!change.was_there) return fmt::format("{}: removed again, as before", change.name);
  const auto* found = state.store.find(change.name);
  if (found == nullptr || !found->record) {
    return fmt::format("{}: its record is lost, and its pins were left alone", change.name);
  }
  return fmt::format("{}: went back to generation {}", change.name, found->record->current.value);
}

// Splits a journal into one part for each component that failed, in their order.
std::vector<journal> parts_of(const journal& whole, std::span<const step_failure> failed) {
  std::vector<std::uint32_t> part_at(whole.changes.size(), no_index);
  std::vector<journal> made;
  for (const auto& failure : failed) {
    auto& part = part_at[failure.change];
    if (part != no_index) continue;
    part = static_cast<std::uint32_t>(made.size());
    made.push_back(
        {whole.serial, whole.phase, whole.policies, {whole.changes[failure.change]}, {}});
  }
  for (const auto& step : whole.steps) {
    if (step.change >= part_at.size() || part_at[step.change] == no_index) continue;
    auto& steps = made[part_at[step.change]].steps;
    steps.push_back(step);
    steps.back().change = 0;
  }
  return made;
}

// Does or undoes what is left of one component's change.
// returns: what else there is to say
result<std::string> carry_out(running_state& state, const journal& part) {
  const auto& change = part.changes.front();
  const auto* found = state.store.find(change.name);
  const bool overtaken = found != nullptr && found->record &&
                         !why_not_followed(part.serial, change, *found->record).empty();
  std::string told;
  if (!overtaken) {
    const bool committed = part.phase == journal_phase::committed;
    const bool leaves = committed ? !change.stays : !change.was_there;
    // A component that goes is taken out of the manifest first: until its directory is gone it is
    // found by that.
    if (leaves) LINCHPIN_CHECK(state.store.unlist(change.name));
    cut_short work{state};
    work.read(part);
    committed ? work.go_forward() : work.go_back(undoing::by_component);
    if (!work.failed().empty()) return work.failed().front().why;
    std::set<std::string> ran;
    work.add_ran(ran);
    told = (committed ? std::string{} : work.lost_entries(ran)) + work.left_alone();
  }
  LINCHPIN_CHECK(state.store.remove_unfinished(change.name));
  return told;
}

// Whether an error says that this process can write nothing into a directory.
bool is_closed(const error& why) noexcept {
  return why.is(errc::conflict) || why.is(errc::permission_denied) || why.os_error() == ENOTDIR ||
         why.os_error() == ELOOP;
}

// Writes a part into its component's directory, where it waits for the next try. Where it cannot be
// written there, it waits in the memory of this process.
result<void> keep(running_state& state, const journal& part) {
  const auto& name = part.changes.front().name;
  const auto* found = state.store.find(name);
  if (found != nullptr && found->unfinished == part) return {};
  const auto written = state.store.write_unfinished(part);
  if (!written && !is_closed(written.error())) return written.error();
  return state.store.reload(name);
}

// Tries one component's part; where it fails again, the part waits in the component's directory.
result<void> settle(running_state& state, const journal& part, std::string& told) {
  const auto& change = part.changes.front();
  auto carried = carry_out(state, part);
  LINCHPIN_CHECK(state.store.reload(change.name));
  if (carried) {
    append(told, outcome_of(state, part, change) + *carried);
    return {};
  }
  LINCHPIN_CHECK(keep(state, part));
  const auto& waits = state.unfinished.emplace_back(
      unfinished_change{change.name, part, in_one_line(state.store.by_name(carried.error()))});
  append(told, fmt::format("{}: {}", change.name, waits.text()));
  return {};
}

// Goes on with a transaction of this version.
result<std::string> go_on(running_state& state, const journal& unfinished) {
  const bool committed = unfinished.phase == journal_phase::committed;
  std::optional<cut_short> work;
  std::set<std::string> ran;
  // A failure may pass: try everything once more in order, before the other components go on
  // without one.
  for (const auto how : {undoing::in_order, undoing::in_order, undoing::by_component}) {
    work.emplace(state);
    work->read(unfinished);
    const bool goes_on = work->failed().empty() || how == undoing::by_component;
    if (goes_on) committed ? work->go_forward() : work->go_back(how);
    work->add_ran(ran);
    if (work->failed().empty() || how == undoing::by_component) break;
    LINCHPIN_CHECK(state.store.reload());
  }
  const auto& failed = work->failed();
  for (const auto& failure : failed) {
    if (failure.change != no_index) continue;
    return error{failure.why}
        .ended(outcome::stranded)
        .advice("the next call, or opening the store again, tries once more");
  }
  LINCHPIN_CHECK(state.store.reload());
  std::string told;
  std::vector<bool> done(unfinished.changes.size(), true);
  for (const auto& failure : failed) done[failure.change] = false;
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (done[i]) append(told, outcome_of(state, unfinished, unfinished.changes[i]));
  }
  if (!committed) told += work->lost_entries(ran);
  told += work->left_alone();
  for (const auto& part : parts_of(unfinished, failed)) LINCHPIN_CHECK(settle(state, part, told));
  LINCHPIN_CHECK(state.store.clear_journal());
  LINCHPIN_CHECK(state.store.reload());
  state.last_transaction = std::max(state.last_transaction, unfinished.serial);
  return told;
}

// Goes on with a transaction of the first version: committed if its manifest had been written.
result<std::string> go_on(running_state& state, const journal_1& unfinished) {
  std::string told;
  const bool committed = state.store.serial() == unfinished.serial;
  cut_short work{state};
  LINCHPIN_CHECK(work.read(unfinished, committed));
  committed ? work.go_forward() : work.go_back(undoing::in_order);
  if (!work.failed().empty()) return error{work.failed().front().why}.ended(outcome::stranded);
  LINCHPIN_CHECK(state.store.clear_journal());
  LINCHPIN_CHECK(state.store.reload());
  for (const auto& change : unfinished.components) {
    const auto number = (committed ? change.to : change.from).value;
    append(told, committed && number == 0 ? fmt::format("{}: finished its removal", change.name)
                 : committed
                     ? fmt::format("{}: finished the change to generation {}", change.name, number)
                 : number == 0
                     ? fmt::format("{}: removed again, as before", change.name)
                     : fmt::format("{}: went back to generation {}", change.name, number));
  }
  return told + work.left_alone();
}

// Parts of earlier transactions that wait in the directories of their components.
result<void> go_on_with_parts(running_state& state, std::string& told) {
  std::vector<journal> parts;
  for (const auto& component : state.store.found()) {
    if (state.find_unfinished(component.name) != nullptr) continue;
    if (component.unfinished) {
      parts.push_back(*component.unfinished);
    } else if (component.unread) {
      state.unfinished.push_back({component.name, std::nullopt, in_one_line(*component.unread)});
    }
  }
  for (const auto& part : parts) LINCHPIN_CHECK(settle(state, part, told));
  return {};
}

// Tries again what this process could not finish for one component.
// returns: what was done; absent while it cannot be done
result<std::optional<std::string>> retry(running_state& state, unfinished_change& waits) {
  auto& store = state.store;
  LINCHPIN_CHECK(store.reload(waits.component));
  const auto* found = state.store.find(waits.component);
  if (found != nullptr && found->unfinished) waits.part = found->unfinished;
  if (found != nullptr && found->unread) {
    waits.why = in_one_line(state.store.by_name(*found->unread));
    return std::optional<std::string>{};
  }
  if (!waits.part) return std::optional{fmt::format("{}: it can be read again", waits.component)};
  const journal part = *waits.part;
  auto carried = carry_out(state, part);
  if (!carried) waits.why = in_one_line(state.store.by_name(carried.error()));
  LINCHPIN_CHECK(store.reload(waits.component));
  if (carried) return std::optional{outcome_of(state, part, part.changes.front()) + *carried};
  LINCHPIN_CHECK(keep(state, part));
  return std::optional<std::string>{};
}

}  // namespace

namespace {

// Whether an unfinished change is known to this process alone: nothing in the store tells of it.
bool is_in_memory_only(const running_state& state, const unfinished_change& waits) {
  const auto* found = state.store.find(waits.component);
  const bool written = found != nullptr && (found->unfinished || found->unread);
  return waits.part && !written && state.find_unfinished(waits.component) == nullptr;
}

result<std::string> go_on_with_all(running_state& state,
                                   const std::vector<unfinished_change>& waited) {
  std::string told;
  if (const auto& found = state.store.unfinished()) {
    const journal unfinished = *found;
    LINCHPIN_TRY(told, go_on(state, unfinished));
  } else if (const auto& first_version = state.store.unfinished_1()) {
    const journal_1 unfinished = *first_version;
    LINCHPIN_TRY(told, go_on(state, unfinished));
  }
  LINCHPIN_CHECK(go_on_with_parts(state, told));
  for (const auto& waits : waited) {
    if (is_in_memory_only(state, waits)) LINCHPIN_CHECK(settle(state, *waits.part, told));
  }
  LINCHPIN_CHECK(state.store.remove_unpublished());
  return told;
}

}  // namespace

result<std::string> recover(running_state& state) {
  const auto waited = state.unfinished;
  forget_durable(state);
  auto told = go_on_with_all(state, waited);
  if (told) return told;
  // The next recovery needs the changes that only this process knows.
  for (const auto& waits : waited) {
    if (is_in_memory_only(state, waits)) state.unfinished.push_back(waits);
  }
  return told;
}

std::string retry_unfinished(running_state& state) {
  std::string told;
  state_in_between changing{state};
  auto waiting = std::exchange(state.unfinished, {});
  for (auto& waits : waiting) {
    const auto tried = retry(state, waits);
    if (!tried) waits.why = in_one_line(state.store.by_name(tried.error()));
    bool done = tried && tried->has_value();
    if (done) {
      const auto adopted = adopt(state, waits.component);
      done = adopted.has_value();
      if (!done)
        waits = {waits.component, std::nullopt, in_one_line(state.store.by_name(adopted.error()))};
    }
    if (done) {
      append(told, **tried);
      continue;
    }
    state.unfinished.push_back(waits);
    adopt_unfinished(state, state.unfinished.back());
  }
  changing.done();
  return told;
}

}  // namespace linchpin
