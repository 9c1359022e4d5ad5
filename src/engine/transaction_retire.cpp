// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

namespace {

// The kernel empties these when user space lets go of them, also under a program that still runs.
bool empties_itself(const map_record& map) noexcept {
  return map.spec.type == uapi::map_type::prog_array ||
         map.spec.type == uapi::map_type::perf_event_array;
}

}  // namespace

result<void> transaction::end_attachment(const passage& one, const attachment_record& record,
                                         handle_ref kept_link, program_id expected) {
  handle opened;
  const auto path = state_.store.link_path(one.name(), record.slot);
  if (one.durable() && record.how != mechanism::clsact) {
    LINCHPIN_TRY(opened, acting().open_pin(path, pin_kind::link));
    kept_link = opened.ref();
  }
  if (kept_link || record.how == mechanism::clsact) {
    auto ended = acting().detach(point_of(record), record.id, kept_link, expected);
    if (!ended && ended.error().is(errc::conflict)) {
      report_.left_alone.push_back(fmt::format("component {}, {}: {}", one.name(),
                                               subject_of(record), ended.error().message()));
      return {};
    }
    if (!ended) {
      return std::move(ended).error().about(
          fmt::format("component {}, {}", one.name(), subject_of(record)));
    }
    ++report_.detached;
  }
  return one.durable() ? acting().remove_pin(path) : result<void>{};
}

result<void> transaction::wait_for_stragglers(
    const component_record* (*outgoing)(const passage& one)) {
  for (const auto& one : passages_) {
    const auto* record = outgoing(one);
    if (record != nullptr &&
        std::any_of(record->maps.begin(), record->maps.end(), empties_itself)) {
      return acting().wait_grace_period();
    }
  }
  return {};
}

result<void> transaction::retire() {
  for (auto& one : passages_) {
    if (one.before == nullptr) continue;
    const auto& old = one.before->record;
    const auto end = [&](std::size_t index) {
      const auto& record = old.attachments[index];
      const auto* program = old.find_program(record.program);
      return end_attachment(
          one, record, one.before->links.empty() ? handle_ref{} : one.before->links[index].ref(),
          program == nullptr ? program_id{} : program->id);
    };
    if (one.planned == nullptr) {
      for (std::size_t i = 0; i < old.attachments.size(); ++i) LINCHPIN_CHECK(end(i));
    } else {
      for (const auto& ending : one.planned->ends) LINCHPIN_CHECK(end(ending.running));
      for (const auto& hook : one.planned->attachments) {
        if (hook.what == change::replace) LINCHPIN_CHECK(end(*hook.running));
      }
    }
  }
  LINCHPIN_CHECK(wait_for_stragglers([](const passage& one) -> const component_record* {
    const bool goes = one.before != nullptr && (one.builds() || one.planned == nullptr);
    return goes ? &one.before->record : nullptr;
  }));
  for (auto& one : passages_) {
    if (one.before == nullptr || !one.durable()) continue;
    if (one.builds() || one.planned == nullptr) {
      LINCHPIN_CHECK(state_.store.remove_generation(one.name(), one.before->record.generation));
    }
    if (one.planned == nullptr) {
      LINCHPIN_CHECK(acting().remove_pin(state_.store.component_path(one.name())));
    }
  }
  return journaled_ ? state_.store.clear_journal() : result<void>{};
}

}  // namespace linchpin
