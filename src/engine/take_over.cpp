// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/take_over.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

handover handed_over(const component_change& change) {
  handover made;
  if (change.planned == nullptr) return made;
  made.builds = change.planned->builds();
  // The links of durable components are pinned, not held.
  if (change.durable()) return made;
  for (const auto& attachment : change.planned->attachments)
    made.former.push_back(attachment.running);
  for (const auto running : change.planned->left_alone) made.former.emplace_back(running);
  return made;
}

std::vector<handover> handed_over(const execution& in) {
  std::vector<handover> made;
  made.reserve(in.changes.size());
  for (const auto& change : in.changes) made.push_back(handed_over(change));
  return made;
}

void go_on(running_component& running, component_change& change, const handover& handed) noexcept {
  drop_retired(change.after);
  for (std::size_t i = 0; i < change.links.size(); ++i) {
    if (change.links[i] || running.links.empty()) continue;
    if (handed.former[i]) change.links[i] = std::move(running.links[*handed.former[i]]);
  }
  running.links = std::move(change.links);
  for (const auto& record : change.after.generations) {
    const auto is = [&record](const live_generation& version) {
      return version.number() == record.number;
    };
    auto found = std::find_if(change.staged.begin(), change.staged.end(), is);
    if (found == change.staged.end()) {
      found = std::find_if(running.generations.begin(), running.generations.end(), is);
      if (found == running.generations.end()) continue;
    }
    change.kept.push_back(std::move(*found));
  }
  running.generations = std::move(change.kept);
  running.record = std::move(change.after);
  if (handed.builds) {
    running.inherited = false;
    running.missing.clear();
    running.gone.clear();
  }
  if (running.missing.empty()) running.problems.clear();
  running.record_problems = std::move(change.record_problems);
  running.unpinned.clear();
  running.occupied.clear();
  running.half_undone = false;
}

running_component begin(component_change& change) noexcept {
  running_component fresh;
  drop_retired(change.after);
  fresh.record = std::move(change.after);
  fresh.lifetime = change.lifetime;
  fresh.generations = std::move(change.staged);
  fresh.links = std::move(change.links);
  fresh.record_problems = std::move(change.record_problems);
  return fresh;
}

// The index of the components once these changes are made.
template <class Concerns>
name_index index_after(const execution& in, Concerns concerns) {
  name_index made;
  std::uint32_t number = 0;
  for (const auto& running : in.state.components) {
    const auto found = in.change_at.find(running.record.name);
    const auto* change = found == in.change_at.end() ? nullptr : &in.changes[found->second];
    const bool leaves = change != nullptr && concerns(*change) && !change->stays;
    if (!leaves) made.emplace(running.record.name, number++);
  }
  for (const auto& change : in.changes) {
    if (concerns(change) && change.stays && change.before == nullptr) {
      made.emplace(change.name, number++);
    }
  }
  return made;
}

template <class Concerns>
void take_over(execution& in, const std::vector<handover>& handed, Concerns concerns) noexcept {
  auto& state = in.state;
  for (std::size_t i = 0; i < in.changes.size(); ++i) {
    auto& change = in.changes[i];
    if (!concerns(change) || !change.stays || change.before == nullptr) continue;
    go_on(*state.find(change.name), change, handed[i]);
  }
  for (auto& change : in.changes) {
    if (!concerns(change) || !change.stays || change.before != nullptr) continue;
    state.components.push_back(begin(change));
  }
  std::erase_if(state.components, [&](const running_component& component) {
    const auto found = in.change_at.find(component.record.name);
    if (found == in.change_at.end()) return false;
    const auto& change = in.changes[found->second];
    return concerns(change) && !change.stays;
  });
}

bool is_any(const component_change&) noexcept {
  return true;
}

bool is_ephemeral(const component_change& change) noexcept {
  return !change.durable();
}

}  // namespace

successor prepare_successor(execution& in) {
  successor made;
  made.handed = handed_over(in);
  for (auto& change : in.changes) {
    change.kept.reserve(change.after.generations.size());
    if (!change.stays || change.before == nullptr) made.components_change = true;
  }
  if (made.components_change) made.index = index_after(in, is_any);
  return made;
}

void take_over(execution& in, successor& with) noexcept {
  take_over(in, with.handed, is_any);
  if (with.components_change) in.state.index = std::move(with.index);
}

void doubtful_commit::keep(execution&& of, std::vector<handover>&& handed,
                           std::size_t before_commit) noexcept {
  kept_.emplace(std::move(of));
  handed_ = std::move(handed);
  before_commit_ = before_commit;
  // The plan belongs to the caller, who may drop it.
  for (auto& change : kept_->changes) change.planned = nullptr;
  kept_->chains = {};
}

std::vector<step> doubtful_commit::ephemeral(std::span<const step> all) const {
  std::vector<step> chosen;
  for (const auto& step : all) {
    if (step.change != no_index && is_ephemeral(kept_->changes[step.change]))
      chosen.push_back(step);
  }
  return chosen;
}

std::vector<component_problem> doubtful_commit::settle() {
  auto& in = *kept_;
  const auto& found = in.store().unfinished();
  const bool committed =
      found && found->serial == in.index.serial && found->phase == journal_phase::committed;
  const std::span all{in.steps};
  in.failed.clear();
  if (committed) {
    finish_steps(in, ephemeral(all.subspan(before_commit_)), nullptr);
  } else {
    revert_steps(in, ephemeral(all.first(before_commit_)), undoing::by_component, nullptr);
  }
  std::vector<component_problem> problems;
  for (const auto& failure : in.failed) {
    problems.push_back({in.changes[failure.change].name,
                        fmt::format("its last change is {} in part: {}",
                                    committed ? "finished" : "undone", in_one_line(failure.why))});
  }
  if (committed) {
    // From here on nothing can fail.
    auto index = index_after(in, is_ephemeral);
    take_over(in, handed_, is_ephemeral);
    in.state.index = std::move(index);
  }
  return problems;
}

void settle_doubt(running_state& state) {
  if (state.doubt == nullptr) return;
  auto problems = state.doubt->settle();
  state.doubt = nullptr;
  for (auto& problem : problems) {
    auto* running = state.find(problem.component);
    if (running != nullptr) running->problems.push_back(std::move(problem.text));
  }
}

}  // namespace linchpin
