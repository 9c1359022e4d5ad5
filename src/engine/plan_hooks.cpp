// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/planner.hpp"
#include "engine/rungs.hpp"

namespace linchpin {

namespace {

std::string about(const component& desired, const any_hook& hook, std::string_view program) {
  return fmt::format("component {}, {}, program {}", desired.name(), hook.text(), program);
}

planned_end ending_of(const attachment_record& record, std::size_t index, cause why) {
  return {index, why, record.program, fmt::format("{} {}", record.family, record.target)};
}

// Pairs what is asked for with what runs: the same program at the same hook first, then, where a
// new version renamed its program, whatever is left over at the same hook. A desired state lists its
// hooks in the same order every time, so the search starts where the last one ended.
class pairing {
 public:
  explicit pairing(const component_record* running)
      : running_(running), taken_(running == nullptr ? 0 : running->attachments.size(), false) {}

  std::optional<std::size_t> same_program(const desired_attachment& wanted) {
    return find(wanted, [&wanted](const attachment_record& record) {
      return record.program == wanted.program;
    });
  }
  std::optional<std::size_t> same_hook(const desired_attachment& wanted) {
    return find(wanted, [](const attachment_record&) { return true; });
  }
  [[nodiscard]] std::vector<std::size_t> left_over() const {
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) rest.push_back(i);
    }
    return rest;
  }

 private:
  template <class Matches>
  std::optional<std::size_t> find(const desired_attachment& wanted, Matches matches) {
    for (std::size_t step = 0; step < taken_.size(); ++step) {
      const std::size_t i = (next_ + step) % taken_.size();
      const auto& record = running_->attachments[i];
      if (taken_[i] || record.target != wanted.hook.on().name ||
          record.family != wanted.hook.family().name || !matches(record)) {
        continue;
      }
      taken_[i] = true;
      next_ = i + 1;
      return i;
    }
    return std::nullopt;
  }

  const component_record* running_;
  std::vector<bool> taken_;
  std::size_t next_ = 0;
};

}  // namespace

result<void> planner::plan_hooks(planned_component& into, const component& desired,
                                 identities targets, const running_component* running) {
  const auto& wanted = desired.attachments();
  pairing pairs{running == nullptr ? nullptr : &running->record};
  into.attachments.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    planned_attachment one{.program = wanted[i].program,
                           .hook = wanted[i].hook,
                           .priority = wanted[i].priority,
                           .identity = targets[i].value_or(target_identity{}),
                           .how = {},
                           .what = change::attach,
                           .why = cause::new_hook,
                           .running = pairs.same_program(wanted[i]),
                           .intruder = {},
                           .renumbered = false,
                           .place = {}};
    if (!targets[i]) one.why = cause::target_gone;
    into.attachments.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& one = into.attachments[i];
    if (!one.running) one.running = pairs.same_hook(wanted[i]);
    if (one.running) {
      LINCHPIN_CHECK(plan_running(one, into, *running));
    } else {
      LINCHPIN_CHECK(plan_new(one, desired, running));
    }
  }
  for (const std::size_t rest : pairs.left_over()) {
    into.ends.push_back(ending_of(running->record.attachments[rest], rest, cause::unwanted));
  }
  return {};
}

result<void> planner::plan_new(planned_attachment& into, const component& desired,
                               const running_component* running) {
  if (into.why == cause::target_gone) {
    const auto& on = into.hook.on();
    const char* kind = on.kind == target_kind::interface ? "interface"
                       : on.kind == target_kind::cgroup  ? "cgroup"
                                                         : "network namespace";
    return error{errc::not_found, "plan", about(desired, into.hook, into.program)}
        .expected(fmt::format("{} {}", kind, on.name))
        .found("no such " + std::string{kind})
        .advice("create it first, or leave this hook out of the desired state");
  }
  into.why = running == nullptr ? cause::first_start : cause::new_hook;
  LINCHPIN_TRY(into.how,
               choose_mechanism(desired.name(), policies_.lifetime(desired.name()), into.hook));
  return {};
}

result<void> planner::plan_running(planned_attachment& into, planned_component& whole,
                                   const running_component& running) {
  const std::size_t index = *into.running;
  const auto& record = running.record.attachments[index];
  into.how = record.how;
  into.renumbered = record.priority != into.priority;
  LINCHPIN_TRY(const auto found, observe(state_, running, index));

  const bool unresolved = into.why == cause::target_gone;
  // A live link whose target's name no longer resolves: renamed, or on its way out. It is still ours.
  if (unresolved) into.identity = record.identity;
  if (unresolved && found.state != attachment_state::live) {
    into.what = change::wait;
    // The zombie link still holds the old program; let it go once.
    if (found.state != attachment_state::lost)
      whole.ends.push_back(ending_of(record, index, cause::target_gone));
    return {};
  }
  const bool elsewhere = !(record.identity == into.identity);
  if (elsewhere || found.state == attachment_state::target_gone) {
    into.why = cause::target_back;
    whole.ends.push_back(ending_of(record, index, cause::target_gone));
    return {};
  }
  if (found.state == attachment_state::lost) {
    into.why = cause::link_lost;
    whole.ends.push_back(ending_of(record, index, cause::link_lost));
    return {};
  }
  if (found.state == attachment_state::altered) {
    into.what = change::recreate;
    into.why = cause::altered;
    into.intruder = found.program;
    return {};
  }
  const auto offered = into.hook.mechanisms();
  if (std::find(offered.begin(), offered.end(), record.how) == offered.end()) {
    into.what = change::recreate;
    into.why = cause::other_mechanism;
    LINCHPIN_TRY(into.how, choose_mechanism(whole.name, whole.lifetime, into.hook));
    return {};
  }
  if (whole.builds() || record.program != into.program) {
    into.why = cause::new_generation;
    LINCHPIN_TRY(into.what, choose_change(whole, into));
    return {};
  }
  into.what = change::keep;
  into.why = cause::unchanged;
  return {};
}

result<mechanism> planner::choose_mechanism(std::string_view component, lifetime_kind lifetime,
                                            const any_hook& hook) const {
  const rungs offered{component, lifetime, hook, state_.store.acting().facts()};
  if (const auto chosen = offered.choose(policies_)) return *chosen;
  return error{errc::unsupported, "plan", fmt::format("component {}, {}", component, hook.text())}
      .expected(fmt::format("a mechanism that {} allows", policies_.id(slot::fallback)))
      .found(offered.text())
      .advice("use fallback::ladder, a newer kernel, or lifetime::durable where a link is missing");
}

result<change> planner::choose_change(const planned_component& whole,
                                      const planned_attachment& hook) const {
  const auto abilities = hook.hook.abilities(hook.how, state_.store.acting().facts());
  const auto method =
      policies_.update({whole.name, hook.hook.family().name, hook.hook.on().name, abilities});
  const auto refuse = [&](std::string_view why) {
    return error{errc::unsupported, "plan",
                 fmt::format("component {}, {}", whole.name, hook.hook.text())}
        .found(fmt::format("{} at a hook that {}", policies_.id(slot::update), why))
        .advice("choose another update policy for this component");
  };
  switch (method) {
    case update_method::in_place:
      if (abilities.update == update_ability::none) return refuse("cannot update");
      return change::update;
    case update_method::make_before_break:
      if (abilities.exclusive) return refuse("takes one program only");
      return change::replace;
    case update_method::recreate:
      break;
  }
  return change::recreate;
}

}  // namespace linchpin
