// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/ending.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

namespace {

// The kernel empties these when user space lets go of them, also under a program that still runs.
bool empties_itself(const map_record& map) noexcept {
  return map.spec.type == uapi::map_type::prog_array ||
         map.spec.type == uapi::map_type::perf_event_array;
}

}  // namespace

result<void> transaction::end(const passage& one, std::size_t attachment) {
  const auto& record = one.before->record.attachments[attachment];
  const auto* program = one.before->record.find_program(record.program);
  auto came_out =
      end_attachment(state_.store, one.name(), record,
                     one.before->links.empty() ? handle_ref{} : one.before->links[attachment].ref(),
                     program == nullptr ? program_id{} : program->id);
  if (!came_out) return std::move(came_out).error().about(subject_of(one.name(), record));
  if (*came_out == ending::ended) ++report_.detached;
  if (*came_out == ending::not_ours) {
    report_.left_alone.push_back(
        fmt::format("{}: something that is not ours stands there", subject_of(one.name(), record)));
  }
  return {};
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
    if (one.planned == nullptr) {
      for (std::size_t i = 0; i < one.before->record.attachments.size(); ++i) {
        LINCHPIN_CHECK(end(one, i));
      }
      continue;
    }
    for (const auto& ending : one.planned->ends) LINCHPIN_CHECK(end(one, ending.running));
    for (const auto& hook : one.planned->attachments) {
      if (hook.what == change::replace) LINCHPIN_CHECK(end(one, *hook.running));
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
      LINCHPIN_TRY(const bool empty, state_.store.remove_component(one.name()));
      if (!empty) {
        report_.left_alone.push_back(
            fmt::format("{}: pins that are not ours", state_.store.component_path(one.name())));
      }
    }
  }
  return journaled_ ? state_.store.clear_journal() : result<void>{};
}

}  // namespace linchpin
