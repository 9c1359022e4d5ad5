// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> perform(execution& in, const step& which) {
  const auto& change = in.change_of(which);
  const auto* live = change.find({which.number});
  const auto* record = change.record_of({which.number});
  auto& store = in.store();
  for (std::size_t i = 0; i < record->programs.size(); ++i) {
    LINCHPIN_CHECK(
        store.pin(live->programs[i].ref(),
                  store.program_path(change.name, record->number, record->programs[i].name)));
  }
  for (std::size_t i = 0; i < record->maps.size(); ++i) {
    LINCHPIN_CHECK(store.pin(live->maps[i].ref(), store.map_path(change.name, record->number,
                                                                 record->maps[i].spec.name)));
  }
  return {};
}

result<void> revert(execution& in, const step& which) {
  auto& change = in.change_of(which);
  const auto* record = change.record_of({which.number});
  if (record == nullptr) return {};
  // A hook that could not be switched back still runs this generation.
  if (change.before != nullptr && change.before->find_generation(record->number) != nullptr) {
    return {};
  }
  if (change.before == nullptr && !change.is_new) {
    // The record of the component is lost, so that nothing tells which generation its hooks run.
    in.leave_alone(in.store().public_path(in.store().generation_path(change.name, record->number)));
    return {};
  }
  LINCHPIN_CHECK(wait_before_letting_go(in, *record));
  LINCHPIN_TRY(auto left, in.store().remove_generation(change.name, *record));
  for (auto& path : left) in.leave_alone(std::move(path));
  if (!change.is_new) return {};
  const auto removed = in.store().remove_component(change.name);
  return removed ? result<void>{} : result<void>{removed.error()};
}

}  // namespace

// The kernel empties some arrays when user space lets go of them, also under a program that still
// runs.
result<void> wait_before_letting_go(execution& in, const generation_record& which) {
  const bool empties_itself =
      std::any_of(which.maps.begin(), which.maps.end(), [](const map_record& map) {
        return map.spec.type == uapi::map_type::prog_array ||
               map.spec.type == uapi::map_type::perf_event_array;
      });
  return empties_itself ? in.wait_for_stragglers() : result<void>{};
}

const step_actions pin_generation_actions{"pin", perform, revert, nullptr, nullptr};

}  // namespace linchpin
