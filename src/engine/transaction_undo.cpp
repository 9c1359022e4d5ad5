// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/ending.hpp"
#include "engine/placing.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

namespace {

// What runs of one component when undoing its steps did not come to the end.
std::string in_part(const passage& one) {
  if (one.planned == nullptr || !one.builds()) {
    return fmt::format("{} generation {}", one.name(), one.before->record.generation.value);
  }
  if (one.before == nullptr)
    return fmt::format("{} generation {}, in part", one.name(), one.planned->to.value);
  return fmt::format("{} generation {} or {}, hook by hook", one.name(),
                     one.before->record.generation.value, one.planned->to.value);
}

}  // namespace

error transaction::roll_back(error cause) {
  std::string stuck;
  const auto note = [&stuck](const result<void>& undone) {
    if (!undone) stuck += fmt::format("{}{}", stuck.empty() ? "" : "\n", undone.error().message());
  };
  const std::size_t count = completed_;
  const bool touched = !done_.empty();
  while (!done_.empty()) {
    const auto last = done_.back();
    done_.pop_back();
    note(undo(last));
  }
  if (stuck.empty() && records_changed_) note(republish(state_));
  if (stuck.empty()) {
    note(wait_for_stragglers([](const passage& one) -> const component_record* {
      return one.builds() ? &one.next : nullptr;
    }));
  }
  if (stuck.empty()) {
    for (auto& one : passages_) note(remove_build(one));
  }
  if (stuck.empty() && journaled_) note(state_.store.clear_journal());

  std::string runs;
  for (const auto& one : passages_) {
    runs += fmt::format(
        "{}{}", runs.empty() ? "" : ", ",
        !stuck.empty() && touched ? in_part(one)
        : one.before == nullptr
            ? fmt::format("nothing of {}, as before", one.name())
            : fmt::format("{} generation {}", one.name(), one.before->record.generation.value));
  }
  if (!stuck.empty()) {
    state_.adopted = false;
    return std::move(cause)
        .as(errc::stranded)
        .still_running(runs)
        .log(fmt::format("undoing failed too: {}", stuck))
        .advice(
            "the next call of this orchestrator repairs it, and so does opening the store again");
  }
  const auto undone = count == 0 ? std::string{"no hook had been switched"}
                                 : fmt::format("{} of the hooks had been switched and {} back",
                                               count, count == 1 ? "is" : "are");
  return std::move(cause).as(errc::rolled_back).still_running(fmt::format("{}; {}", runs, undone));
}

result<void> transaction::undo(const switched& step) {
  auto& one = passages_[step.passage];
  switch (one.planned->attachments[step.attachment].what) {
    case change::update:
      return undo_update(one, step.attachment);
    case change::attach:
    case change::replace:
      return undo_attach(one, step.attachment);
    case change::recreate:
      LINCHPIN_CHECK(undo_attach(one, step.attachment));
      return undo_detach(one, step);
    case change::keep:
    case change::detach:
    case change::wait:
      break;
  }
  return {};
}

result<void> transaction::undo_update(passage& one, std::size_t attachment) {
  const std::size_t running = *one.planned->attachments[attachment].running;
  const auto& old = one.before->record.attachments[running];
  const auto& next = one.place(attachment);
  const auto told = [&](error failed) {
    return std::move(failed).about(subject_of(one.name(), old));
  };
  auto found = observe(state_, *one.before, running);
  if (!found) return told(std::move(found).error());
  if (found->program != one.id_of(next.program)) return {};
  update_request back{.at = point_of(old),
                      .id = old.id,
                      .program = one.before->program(old.program),
                      .expected = one.program(next.program),
                      .expected_id = one.id_of(next.program)};
  name_link(state_.store, *one.before, running, back);
  auto undone = acting().update(back);
  if (undone || undone.error().is(errc::target_gone)) return {};
  return told(std::move(undone).error());
}

result<void> transaction::undo_attach(passage& one, std::size_t attachment) {
  const auto& record = one.next.attachments[attachment];
  const handle kept = one.durable() ? handle{} : std::move(one.links[attachment]);
  auto ended = has_link(record.how)
                   ? end_attachment(state_.store, one.name(), record, kept.ref(), {})
                   : end_fresh_filter(one, record);
  if (ended) return {};
  return std::move(ended).error().about(subject_of(one.name(), record));
}

// A filter whose attach was answered with an error has no known place; it is found by its program.
result<ending> transaction::end_fresh_filter(const passage& one, const attachment_record& record) {
  const program_id ours = one.id_of(record.program);
  auto seen = acting().query(point_of(record));
  if (!seen) {
    if (seen.error().is(errc::not_found)) return ending::absent;
    return std::move(seen).error();
  }
  auto came_out = ending::absent;
  for (const auto& entry : seen->entries) {
    const attachment_id id{{}, entry.tc_priority, entry.tc_handle};
    if (entry.program != ours || (record.id.tc_handle != 0 && record.id != id)) continue;
    LINCHPIN_CHECK(acting().detach(point_of(record), id, {}, ours));
    came_out = ending::ended;
  }
  return came_out;
}

result<void> transaction::undo_detach(passage& one, const switched& what) {
  const auto& planned = one.planned->attachments[what.attachment];
  const std::size_t running = *planned.running;
  auto& record = one.before->record.attachments[running];
  LINCHPIN_TRY(const auto found, observe(state_, *one.before, running));
  if (found.state == attachment_state::live || found.state == attachment_state::altered) return {};

  const newcomer who{.component = one.name(),
                     .name = record.program,
                     .priority = record.priority,
                     .program = one.before->program(record.program),
                     .stood_at = what.stood_at,
                     .rather_last = true};
  auto made = attach_in_order(state_, policies_, planned.hook, point_of(record), who);
  if (!made) {
    if (made.error().is(errc::not_found)) return {};  // the target is gone
    return std::move(made).error();
  }
  record.id = made->id;
  if (!one.durable()) {
    one.before->links[running] = std::move(made->link);
    return {};
  }
  records_changed_ = true;
  if (!made->link) return {};
  const auto path = state_.store.link_path(one.name(), record.slot);
  LINCHPIN_CHECK(acting().remove_pin(path));
  return acting().pin(made->link.ref(), path);
}

result<void> transaction::remove_build(passage& one) {
  if (!one.builds()) return {};
  one.copies.clear();
  one.programs.clear();
  one.maps.clear();
  if (!one.pinning) return {};
  LINCHPIN_CHECK(state_.store.remove_generation(one.name(), one.planned->to));
  one.pinning = false;
  if (one.before != nullptr) return {};
  auto removed = state_.store.remove_component(one.name());
  return removed ? result<void>{} : result<void>{std::move(removed).error()};
}

}  // namespace linchpin
