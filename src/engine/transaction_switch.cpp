// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/chain_view.hpp"
#include "engine/placing.hpp"
#include "engine/rungs.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

namespace {

result<void> check_runs(kernel& acting, handle_ref link, program_id expected) {
  LINCHPIN_TRY(const auto info, acting.describe_link(link));
  if (info.program == expected) return {};
  return error{errc::conflict, "verify"}
      .expected(fmt::format("program {}", expected.value))
      .found(fmt::format("program {}", info.program.value))
      .advice("somebody else changed this link; observe and plan again");
}

}  // namespace

result<void> transaction::switch_all() {
  struct step {
    std::size_t passage;
    std::size_t attachment;
  };
  std::size_t most = 0;
  std::vector<step> steps;
  for (const auto& one : passages_) {
    if (one.planned != nullptr) most += one.planned->attachments.size();
  }
  steps.reserve(most);
  for (std::size_t i = 0; i < passages_.size(); ++i) {
    if (passages_[i].planned == nullptr) continue;
    const auto& hooks = passages_[i].planned->attachments;
    for (std::size_t j = 0; j < hooks.size(); ++j) {
      if (hooks[j].what == change::keep) continue;
      if (hooks[j].what == change::wait) {
        ++report_.gone;
        continue;
      }
      steps.push_back({i, j});
    }
  }
  const auto turn_at = [this](const step& one) {
    const auto& planned = *passages_[one.passage].planned;
    return turn_of(policies_, planned, planned.attachments[one.attachment]);
  };
  const auto earlier = [&](const step& left, const step& right) {
    return turn_at(left) < turn_at(right);
  };
  if (!std::is_sorted(steps.begin(), steps.end(), earlier)) {
    std::stable_sort(steps.begin(), steps.end(), earlier);
  }
  done_.reserve(steps.size());
  for (const auto& one : steps) {
    auto& passing = passages_[one.passage];
    const auto counted = report_;
    for (std::uint32_t attempt = 1;; ++attempt) {
      done_.push_back({one.passage, one.attachment, {}});
      auto stepped = switch_one(done_.back());
      if (stepped) break;
      auto failed = std::move(stepped).error().about(fmt::format(
          "component {}, {}", passing.name(), subject_of(passing.place(one.attachment))));
      const auto what = text(passing.planned->attachments[one.attachment].what);
      if (ask(passing, what, failed, attempt) == recovery_action::roll_back) return failed;
      if (!undo(done_.back())) return failed;
      done_.pop_back();
      report_ = counted;
    }
    ++completed_;
  }
  return {};
}

result<void> transaction::switch_one(switched& step) {
  auto& one = passages_[step.passage];
  switch (one.planned->attachments[step.attachment].what) {
    case change::update:
      return update(one, step.attachment);
    case change::attach:
    case change::replace:
      return attach(one, step.attachment, {});
    case change::recreate:
      return recreate(step);
    case change::keep:
    case change::detach:
    case change::wait:
      break;
  }
  return {};
}

void transaction::pair_up(const passage& one, std::string_view from, std::string_view to) {
  if (pair_.of == &one && pair_.from == from && pair_.to == to) return;
  const auto* old_program = one.before->record.find_program(from);
  pair_ = {.of = &one,
           .from = from,
           .to = to,
           .old_program = one.before->program(from),
           .new_program = one.program(to),
           .old_id = old_program == nullptr ? program_id{} : old_program->id,
           .new_id = one.id_of(to)};
}

result<void> transaction::update(passage& one, std::size_t attachment) {
  const auto& planned = one.planned->attachments[attachment];
  const std::size_t running = *planned.running;
  const auto& old = one.before->record.attachments[running];
  pair_up(one, old.program, one.place(attachment).program);
  asking_.at.how = old.how;
  asking_.at.type = planned.hook.family().attach;
  asking_.at.on.kind = old.identity.kind;
  asking_.at.on.name = old.target;
  asking_.at.identity = old.identity;
  asking_.id = old.id;
  asking_.program = pair_.new_program;
  asking_.expected = pair_.old_program;
  asking_.expected_id = pair_.old_id;
  asking_.new_id = pair_.new_id;
  name_link(state_.store, *one.before, running, asking_);
  if (auto updated = acting().update(asking_); !updated) {
    if (!updated.error().is(errc::target_gone)) return updated;
    // The interface or cgroup went away meanwhile, and its packets with it. The next plan sees it.
    ++report_.gone;
    return {};
  }
  ++report_.updated;
  return {};
}

result<void> transaction::attach(passage& one, std::size_t attachment,
                                 std::optional<std::size_t> stood_at) {
  const auto& planned = one.planned->attachments[attachment];
  auto& record = one.next.attachments[attachment];
  newcomer who{.component = one.name(),
               .name = record.program,
               .priority = record.priority,
               .program = one.program(record.program),
               .stood_at = stood_at,
               .amid = &plan_};
  if (planned.what == change::replace) {
    const auto& old = one.before->record.attachments[*planned.running];
    const auto* program = one.before->record.find_program(old.program);
    who.successor_of = &old.id;
    who.predecessor = program == nullptr ? program_id{} : program->id;
  }
  rungs offered{one.name(), one.lifetime, planned.hook, acting().facts()};
  for (;;) {
    auto made = attach_in_order(state_, policies_, planned.hook, point_of(record), who);
    if (made) return keep_link(one, attachment, *std::move(made));
    if (!made.error().is(errc::unsupported)) return std::move(made).error();
    // This mechanism is not there after all; the fallback policy may know another.
    offered.refute(record.how, made.error().message());
    const auto next = offered.choose_below(policies_, record.how);
    if (!next) return std::move(made).error();
    record.how = *next;
  }
}

result<void> transaction::keep_link(passage& one, std::size_t attachment,
                                    linchpin::attachment made) {
  auto& record = one.next.attachments[attachment];
  record.id = made.id;
  ++report_.attached;
  if (!made.link) return {};
  LINCHPIN_CHECK(check_runs(acting(), made.link.ref(), one.id_of(record.program)));
  if (one.durable()) {
    LINCHPIN_CHECK(acting().pin(made.link.ref(), state_.store.link_path(one.name(), record.slot)));
  } else {
    one.links[attachment] = std::move(made.link);
  }
  return {};
}

result<void> transaction::recreate(switched& step) {
  auto& one = passages_[step.passage];
  const auto& planned = one.planned->attachments[step.attachment];
  const auto& old = one.before->record.attachments[*planned.running];
  const auto* program = one.before->record.find_program(old.program);
  const program_id expected = planned.intruder     ? planned.intruder
                              : program != nullptr ? program->id
                                                   : program_id{};
  LINCHPIN_TRY(step.stood_at, position_of(acting(), planned.hook, point_of(old), old.id, expected));
  {
    LINCHPIN_TRY(const auto link, borrowed_link::of(state_, *one.before, *planned.running));
    LINCHPIN_CHECK(acting().detach(point_of(old), old.id, link.ref(), expected));
  }
  if (one.durable()) {
    LINCHPIN_CHECK(acting().remove_pin(state_.store.link_path(one.name(), old.slot)));
  }
  ++report_.detached;
  return attach(one, step.attachment, step.stood_at);
}

}  // namespace linchpin
