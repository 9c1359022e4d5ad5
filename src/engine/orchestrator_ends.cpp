// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/decide.hpp"
#include "engine/observe.hpp"
#include "engine/orchestrator_state.hpp"

// How a component leaves a store, and how one that lost its record comes back.
namespace linchpin::inline LINCHPIN_ABI {

result<apply_report> orchestrator_core::remove(std::string_view component) {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  if (const auto* waits = running.find_unfinished(component)) return unfinished("remove", *waits);
  if (running.find_unrecorded(component) != nullptr) return unrecorded("remove", component);
  if (running.find(component) == nullptr) return no_such_component("remove", component);
  LINCHPIN_TRY(auto seen, observer{running}.look({}));
  const auto* found = seen.find(component);
  if (found != nullptr && !found->unseen.empty()) return unseen("remove", *found);
  std::erase_if(seen.components,
                [component](const observed_component& other) { return other.name != component; });
  return remove_these(std::move(seen));
}

result<apply_report> orchestrator_core::remove_all() {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  LINCHPIN_TRY(auto seen, observer{running}.look({}));
  std::vector<std::string> left;
  for (const auto& component : seen.components) {
    if (!component.kept_as_it_is().empty()) {
      left.push_back(fmt::format("component {}: {}", component.name, component.kept_as_it_is()));
    } else if (!component.record) {
      left.push_back(fmt::format("component {}: its record is lost", component.name));
    }
  }
  std::erase_if(seen.components, [](const observed_component& component) {
    return !component.record || !component.kept_as_it_is().empty();
  });
  LINCHPIN_TRY(auto report, remove_these(std::move(seen)));
  report.left_alone.insert(report.left_alone.end(), left.begin(), left.end());
  if (running.unrecorded.empty() && running.unfinished.empty() && running.components.empty()) {
    LINCHPIN_CHECK(running.store.remove_records());
  }
  return report;
}

// Removes the components that the snapshot has.
result<apply_report> orchestrator_core::remove_these(snapshot seen) {
  auto& running = state_->running;
  decider decides{{}, {}, seen, *state_->policies};
  LINCHPIN_CHECK(decides.pair());
  if (decides.changes()) observer{running}.add_privileges(seen);
  if (auto may = decides.check_privileges(); !may) {
    return std::move(may).error().ended(outcome::nothing_tried).still_running(what_runs(running));
  }
  LINCHPIN_CHECK(decides.order());
  LINCHPIN_TRY(auto made, decides.finish(running.serial));
  // A removal asks no policy: what runs on was started under the policies on record, which stay.
  made.policies_ = running.policies;
  return apply(std::move(made));
}

result<std::string> orchestrator_core::release(std::string_view component) {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  const auto* found = running.find(component);
  if (found == nullptr && running.find_unrecorded(component) == nullptr) {
    return no_such_component("release", component);
  }
  if (found != nullptr && found->lifetime != lifetime_kind::durable) {
    return error{errc::unsupported, "release", fmt::format("component {}", component)}
        .found("an ephemeral component: nothing but this process keeps it attached")
        .advice("call remove(), which detaches it");
  }
  state_in_between changing{running};
  auto released = running.store.release(component);
  if (!released) {
    changing.done();
    return released;
  }
  std::erase_if(running.components, [component](const running_component& other) {
    return other.record.name == component;
  });
  std::erase_if(running.unrecorded,
                [component](const unrecorded_component& lost) { return lost.name == component; });
  std::erase_if(running.unfinished, [component](const unfinished_change& waits) {
    return waits.component == component;
  });
  running.rebuild_index();
  running.serial = next_state_serial();
  changing.done();
  return released;
}

result<void> orchestrator_core::adopt_again(std::string_view component) {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  if (const auto* waits = running.find_unfinished(component)) {
    if (waits->part) return unfinished("adopt again", *waits);
    LINCHPIN_CHECK(running.store.remove_unfinished(component));
    running.adopted = false;
    LINCHPIN_CHECK(repair());
    if (const auto* still = running.find_unfinished(component)) {
      return unfinished("adopt again", *still);
    }
  }
  if (running.find(component) != nullptr) return {};
  if (running.find_unrecorded(component) == nullptr) {
    return no_such_component("adopt again", component);
  }
  auto record = record_from_pins(running.store, component, running.components);
  if (!record) return std::move(record).error().about(fmt::format("component {}", component));
  record->serial = running.last_transaction + 1;
  LINCHPIN_CHECK(running.store.write_record(*record));
  running.adopted = false;
  return repair();
}

}  // namespace linchpin
