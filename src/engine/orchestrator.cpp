// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/nearest.hpp"
#include "core/try.hpp"
#include "engine/planner.hpp"
#include "engine/recovery.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

// Members are destroyed from the last to the first: what runs before the kernel it runs on.
struct orchestrator_core::state {
  std::unique_ptr<kernel> owned_kernel;
  std::unique_ptr<decisions> policies;
  running_state running;
  std::string recovered;

  state(std::unique_ptr<kernel> owned, std::unique_ptr<decisions> owned_policies, store opened)
      : owned_kernel(std::move(owned)),
        policies(std::move(owned_policies)),
        running{.store = std::move(opened), .components = {}} {}
};

namespace {

// For the refusal of a plan, after which everything is as it was.
std::string what_runs(const running_state& running) {
  constexpr std::size_t most_named = 8;
  if (running.components.empty()) return "nothing of this store, as before";
  if (running.components.size() > most_named) {
    return fmt::format("all {} components, as before", running.components.size());
  }
  std::string named;
  for (const auto& one : running.components) {
    named += fmt::format("{} generation {}, ", one.record.name, one.record.generation.value);
  }
  return named + "as before";
}

}  // namespace

orchestrator_core& orchestrator_core::operator=(orchestrator_core&& other) noexcept {
  if (this != &other) {
    delete state_;
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

orchestrator_core::~orchestrator_core() {
  delete state_;
}

result<orchestrator_core> orchestrator_core::open(std::string root, const open_options& options,
                                                  decisions* owned_policies) {
  std::unique_ptr<decisions> policies{owned_policies};
  std::unique_ptr<kernel> owned;
  if (options.acting == nullptr) owned = std::make_unique<live_kernel>();
  kernel& acting = options.acting == nullptr ? *owned : *options.acting;
  LINCHPIN_TRY(auto opened, store::open(acting, std::move(root)));
  auto made = std::make_unique<state>(std::move(owned), std::move(policies), std::move(opened));
  LINCHPIN_TRY(made->recovered, recover(made->running, *made->policies));
  LINCHPIN_CHECK(adopt(made->running));
  return orchestrator_core{made.release()};
}

// What an earlier call left neither finished nor undone is repaired before anything else. Ephemeral
// components have no records; they are kept.
result<void> orchestrator_core::repair() {
  auto& running = state_->running;
  if (running.adopted && !running.store.unfinished()) return {};
  running.serial = next_serial();
  LINCHPIN_CHECK(running.store.reload());
  LINCHPIN_TRY(state_->recovered, recover(running, *state_->policies));
  return adopt(running);
}

result<plan> orchestrator_core::plan_all(std::span<const component* const> desired) {
  LINCHPIN_CHECK(repair());
  auto made = planner{state_->running, *state_->policies}.make(desired);
  if (made || !made.error().still_running().empty()) return made;
  return std::move(made).error().still_running(what_runs(state_->running));
}

namespace {

std::vector<const component*> pointers(std::span<const component> desired) {
  std::vector<const component*> made;
  made.reserve(desired.size());
  for (const auto& one : desired) made.push_back(&one);
  return made;
}

}  // namespace

result<class plan> orchestrator_core::plan(std::span<const component> desired) {
  return plan_all(pointers(desired));
}

result<class plan> orchestrator_core::plan(std::initializer_list<component> desired) {
  return plan(std::span{desired.begin(), desired.size()});
}

result<apply_report> orchestrator_core::apply(const class plan& what) {
  LINCHPIN_CHECK(repair());
  if (what.serial_ != state_->running.serial) {
    return error{errc::conflict, "apply", state_->running.store.root()}
        .expected("a plan that this orchestrator made, against what runs now")
        .found("a plan of another one, or one that was overtaken")
        .advice("plan again");
  }
  return transaction{state_->running, *state_->policies, what}.run();
}

result<apply_report> orchestrator_core::apply(std::span<const component> desired,
                                              unsigned attempts) {
  for (unsigned attempt = 1;; ++attempt) {
    LINCHPIN_TRY(const auto made, plan(desired));
    auto applied = apply(made);
    if (applied || attempt >= attempts || !applied.error().retryable()) return applied;
  }
}

result<apply_report> orchestrator_core::apply(std::initializer_list<component> desired,
                                              unsigned attempts) {
  return apply(std::span{desired.begin(), desired.size()}, attempts);
}

result<struct status> orchestrator_core::status() {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  linchpin::status made{running.store.root(), {}};
  for (const auto& component : running.components) {
    const auto& record = component.record;
    component_status one{record.name, record.generation, component.lifetime, {}, {}};
    for (std::size_t i = 0; i < record.attachments.size(); ++i) {
      const auto& attachment = record.attachments[i];
      LINCHPIN_TRY(const auto found, observe(running, component, i));
      one.attachments.push_back({fmt::format("{} {}", attachment.family, attachment.target),
                                 attachment.program, attachment.how, attachment.id, found.state,
                                 found.program});
    }
    for (std::size_t i = 0; i < record.maps.size(); ++i) {
      LINCHPIN_TRY(auto info, running.store.acting().describe_map(component.maps[i].ref()));
      const auto& name = record.maps[i].spec.name;
      one.maps.push_back({name,
                          component.lifetime == lifetime_kind::durable
                              ? running.store.map_path(record.name, record.generation, name)
                              : std::string{},
                          std::move(info)});
    }
    made.components.push_back(std::move(one));
  }
  return made;
}

result<apply_report> orchestrator_core::remove(std::string_view component) {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  if (running.find(component) == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& one : running.components) names.push_back(one.record.name);
    return error{errc::not_found, "remove", fmt::format("component {}", component)}
        .found("no such component in this store")
        .advice(detail::suggestion(component, names));
  }
  linchpin::plan made;
  made.serial_ = running.serial;
  made.policies_ = running.store.policies();
  made.removed_.emplace_back(component);
  return apply(made);
}

result<apply_report> orchestrator_core::remove_all() {
  LINCHPIN_CHECK(repair());
  auto& running = state_->running;
  linchpin::plan made;
  made.serial_ = running.serial;
  made.policies_ = running.store.policies();
  for (const auto& one : running.components) made.removed_.push_back(one.record.name);
  LINCHPIN_TRY(auto report, apply(made));
  LINCHPIN_CHECK(running.store.remove_records());
  return report;
}

result<std::string> orchestrator_core::map_path(std::string_view component,
                                                std::string_view map) const {
  LINCHPIN_TRY(const auto* found, find_map(component, map));
  if (found->lifetime == lifetime_kind::durable) {
    return state_->running.store.map_path(component, found->record.generation, map);
  }
  return error{errc::unsupported, "find map", fmt::format("component {}, map {}", component, map)}
      .found("an ephemeral component, which has no pins")
      .advice("use map_handle");
}

result<handle_ref> orchestrator_core::map_handle(std::string_view component,
                                                 std::string_view map) const {
  LINCHPIN_TRY(const auto* found, find_map(component, map));
  return found->map(map);
}

result<const running_component*> orchestrator_core::find_map(std::string_view component,
                                                             std::string_view map) const {
  if (!state_->running.adopted) {
    return error{errc::stranded, "find map", fmt::format("component {}, map {}", component, map)}
        .found("an earlier call that was neither finished nor undone")
        .advice("call status() or apply(), which repair it first");
  }
  const auto* found = state_->running.find(component);
  std::vector<std::string_view> names;
  if (found == nullptr) {
    for (const auto& one : state_->running.components) names.push_back(one.record.name);
    return error{errc::not_found, "find map", fmt::format("component {}", component)}
        .found("no such component in this store")
        .advice(detail::suggestion(component, names));
  }
  if (found->record.find_map(map) != nullptr) return found;
  for (const auto& one : found->record.maps) names.push_back(one.spec.name);
  return error{errc::not_found, "find map", fmt::format("component {}, map {}", component, map)}
      .advice(detail::suggestion(map, names));
}

const std::string& orchestrator_core::recovered() const noexcept {
  return state_->recovered;
}

}  // namespace linchpin
