// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/decide.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// A path as it is, whichever way it is spelled.
std::string plain(const target& on) {
  if (on.kind == target_kind::interface) return on.name;
  std::string made;
  for (const char letter : on.name) {
    if (letter == '/' && made.ends_with('/')) continue;
    made += letter;
    if (made.ends_with("/./")) made.resize(made.size() - 2);
  }
  if (made.size() > 1 && made.ends_with('/')) made.pop_back();
  return made;
}

// Pairs what is asked for with what runs at the same place in the kernel; only where a name means
// nothing at the moment, by the name. The same program first, then, where a new version renamed its
// program, whatever is left over there.
class pairing {
 public:
  explicit pairing(const observed_component* seen)
      : running_(seen == nullptr ? nullptr : &*seen->record) {
    if (seen == nullptr) return;
    taken_.assign(running_->attachments.size(), false);
    at_identity_.reserve(running_->attachments.size());
    for (std::uint32_t i = 0; i < running_->attachments.size(); ++i) {
      const auto& record = running_->attachments[i];
      // What went elsewhere does not stand where its name leads now.
      if (seen->attachments[i].state != attachment_state::elsewhere) {
        at_identity_[{record.family, record.identity, {}}].push_back(i);
      }
    }
  }

  std::optional<std::size_t> find(const planned_attachment& wanted, bool resolved,
                                  bool same_program) {
    const auto& candidates = resolved ? standing_at(wanted) : named_as(wanted);
    for (const auto i : candidates) {
      if (taken_[i] || (same_program && running_->attachments[i].program != wanted.program)) {
        continue;
      }
      taken_[i] = true;
      return i;
    }
    return std::nullopt;
  }
  /// Whether one of ours runs under this name at another place.
  [[nodiscard]] bool knows_name_elsewhere(const planned_attachment& wanted) {
    const auto& named = named_as(wanted);
    return std::any_of(named.begin(), named.end(), [&](std::uint32_t i) {
      return running_->attachments[i].identity != wanted.identity;
    });
  }
  [[nodiscard]] std::vector<std::size_t> left_over() const {
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) rest.push_back(i);
    }
    return rest;
  }

 private:
  using indices = std::vector<std::uint32_t>;

  static std::string name_of(std::string_view family, const target& on) {
    return fmt::format("{} {}", family, plain(on));
  }
  [[nodiscard]] const indices& standing_at(const planned_attachment& wanted) const {
    const auto found = at_identity_.find({wanted.hook.family().name, wanted.identity, {}});
    return found == at_identity_.end() ? none_ : found->second;
  }
  // By name only where some name means nothing, or something new.
  [[nodiscard]] const indices& named_as(const planned_attachment& wanted) {
    if (by_name_.empty() && running_ != nullptr) index_names();
    const auto found = by_name_.find(name_of(wanted.hook.family().name, wanted.hook.on()));
    return found == by_name_.end() ? none_ : found->second;
  }

  void index_names() {
    for (std::uint32_t i = 0; i < running_->attachments.size(); ++i) {
      const auto& record = running_->attachments[i];
      by_name_[name_of(record.family, {record.identity.kind, record.target})].push_back(i);
    }
  }

  const component_record* running_;
  std::vector<bool> taken_;
  std::unordered_map<hook_key, indices, hook_key_hash> at_identity_;
  std::unordered_map<std::string, indices> by_name_;
  indices none_;
};

}  // namespace

result<void> decider::pair_hooks(planned_component& into, const desired_component& desired,
                                 identities targets, const observed_component* running) {
  const auto& wanted = desired.attachments();
  pairing pairs{running};
  into.attachments.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    planned_attachment hook{.program = wanted[i].program,
                            .hook = wanted[i].hook,
                            .priority = wanted[i].priority,
                            .identity = targets[i].identity.value_or(target_identity{}),
                            .how = {},
                            .what = change::attach,
                            .why = cause::new_hook,
                            .running = {},
                            .intruder = {},
                            .renumbered = false,
                            .out_of_sight = false,
                            .place = {}};
    if (!targets[i].identity) hook.why = cause::target_gone;
    into.attachments.push_back(std::move(hook));
  }
  LINCHPIN_CHECK(check_repeated(into));
  // What is known by its identity first: a name that means nothing gets what is left of that name.
  for (const bool resolved : {true, false}) {
    for (const bool same_program : {true, false}) {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto& attachment = into.attachments[i];
        if (attachment.running || targets[i].identity.has_value() != resolved) continue;
        attachment.running = pairs.find(attachment, resolved, same_program);
      }
    }
  }
  for (auto& attachment : into.attachments) {
    if (attachment.running) continue_running(attachment, *running);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& attachment = into.attachments[i];
    const bool resolved = targets[i].identity.has_value();
    if (attachment.running) {
      LINCHPIN_CHECK(plan_running(attachment, into, *running));
      continue;
    }
    if (resolved && pairs.knows_name_elsewhere(attachment)) attachment.why = cause::target_back;
    LINCHPIN_CHECK(plan_new(attachment, into, running));
  }
  for (auto& attachment : into.attachments) {
    if (attachment.why != cause::new_generation) continue;
    LINCHPIN_CHECK(plan_generation(attachment, into, running->attachments[*attachment.running]));
  }
  const auto rest = pairs.left_over();
  if (rest.empty()) return {};
  const auto back = names_come_back(into);
  for (const std::size_t index : rest) plan_left_over(into, *running, index, back);
  return {};
}

namespace {

// A program of one component at one place in the kernel.
struct placed_program {
  hook_key at;
  std::string_view program;

  friend bool operator==(const placed_program&, const placed_program&) = default;
};
struct placed_program_hash {
  std::size_t operator()(const placed_program& of) const noexcept {
    return hook_key_hash{}(of.at) ^ std::hash<std::string_view>{}(of.program);
  }
};

}  // namespace

namespace {

error asked_twice(const planned_component& whole, const planned_attachment& attachment,
                  std::string_view why) {
  return error{errc::already_exists, "plan", fmt::format("component {}", whole.name)}
      .found(
          fmt::format("program {} twice at {}{}", attachment.program, attachment.hook.text(), why))
      .advice("ask for it once");
}

}  // namespace

result<void> decider::check_repeated(const planned_component& whole) const {
  std::unordered_map<placed_program, const planned_attachment*, placed_program_hash> at;
  at.reserve(whole.attachments.size());
  for (const auto& attachment : whole.attachments) {
    // Of a name that means nothing, only the name can be compared.
    if (attachment.why == cause::target_gone) continue;
    const auto [found, fresh] = at.try_emplace(
        {{attachment.hook.family().name, attachment.identity, {}}, attachment.program},
        &attachment);
    if (fresh) continue;
    const auto& other = *found->second;
    const bool same_name = other.hook.on() == attachment.hook.on();
    return asked_twice(whole, attachment,
                       same_name
                           ? std::string{}
                           : fmt::format(", which is {} under another name", other.hook.on().name));
  }
  std::unordered_set<std::string> names;
  for (const auto& attachment : whole.attachments) {
    if (attachment.why != cause::target_gone) continue;
    if (names
            .insert(fmt::format("{} {} {}", attachment.hook.family().name,
                                plain(attachment.hook.on()), attachment.program))
            .second) {
      continue;
    }
    return asked_twice(whole, attachment, {});
  }
  return {};
}

result<void> decider::plan_new(planned_attachment& into, const planned_component& whole,
                               const observed_component* running) {
  if (into.why == cause::target_gone) {
    const auto& on = into.hook.on();
    const char* kind = on.kind == target_kind::interface ? "interface"
                       : on.kind == target_kind::cgroup  ? "cgroup"
                                                         : "network namespace";
    return error{
        errc::not_found, "plan",
        fmt::format("component {}, {}, program {}", whole.name, into.hook.text(), into.program)}
        .expected(fmt::format("{} {}", kind, on.name))
        .found("no such " + std::string{kind})
        .advice("create it first, or leave this hook out of the desired state");
  }
  if (into.why != cause::target_back) {
    into.why = running == nullptr ? cause::first_start : cause::new_hook;
  }
  return choose_ways(into, whole);
}

namespace {

// Whose program somebody put in the place of ours; absent where ours runs, or nothing tells.
program_id intruder_at(const component_record& of, std::size_t attachment,
                       const observed_attachment& found) {
  const bool looked_at =
      found.state == attachment_state::altered || found.state == attachment_state::elsewhere;
  const auto expected = expected_program(of, of.attachments[attachment]);
  return looked_at && found.program != expected ? found.program : program_id{};
}

void keep_as_it_is(planned_attachment& into) {
  into.what = change::keep;
  into.why = cause::unchanged;
  into.renumbered = false;
  into.left_to_others = true;
}

cause cause_of_keeping(const planned_component& whole, const observed_attachment& found) {
  const bool pinned = found.pinned || found.state == attachment_state::unreachable ||
                      whole.lifetime == lifetime_kind::ephemeral;
  return pinned ? cause::unchanged : cause::pin_lost;
}

}  // namespace

void decider::continue_running(planned_attachment& into, const observed_component& running) {
  const auto& record = running.record->attachments[*into.running];
  into.how = record.how;
  into.renumbered = record.priority != into.priority;
  // A name that means nothing: our link lives on at a target that was renamed, or it is gone.
  if (into.why == cause::target_gone) into.identity = record.identity;
}

result<void> decider::plan_running(planned_attachment& into, planned_component& whole,
                                   const observed_component& running) {
  const std::size_t index = *into.running;
  const auto& record = running.record->attachments[index];
  const auto& found = running.attachments[index];
  if (into.why == cause::target_gone) {
    // Its link is gone, and the interface is there under another name.
    const bool renamed = found.state == attachment_state::lost && !found.name.empty();
    if (!runs(found.state) && !renamed) {
      into.what = change::wait;
      into.renumbered = false;
      // The zombie link still holds the old program; let it go once.
      if (record.id != attachment_id{}) {
        whole.ends.push_back(ending_of(record, index, cause::target_gone));
      }
      return {};
    }
  }
  if (found.state == attachment_state::target_gone) {
    return plan_anew(into, whole, running, cause::target_back);
  }
  if (found.state == attachment_state::lost) {
    LINCHPIN_TRY(const bool stays,
                 leaves_to_others(whole, running, record, drift_kind::detached, {}));
    if (!stays) return plan_anew(into, whole, running, cause::link_lost);
    keep_as_it_is(into);
    return {};
  }
  if (out_of_sight(record, found)) {
    into.what = change::keep;
    into.why = cause_of_keeping(whole, found);
    into.renumbered = false;
    into.out_of_sight = true;
    leave_alone(whole, record, in_another_netns);
    return {};
  }
  into.intruder = intruder_at(*running.record, index, found);
  if (into.intruder) {
    LINCHPIN_TRY(const bool stays,
                 leaves_to_others(whole, running, record, drift_kind::replaced, into.intruder));
    if (stays) {
      keep_as_it_is(into);
      return {};
    }
  }
  const auto offered = into.hook.mechanisms();
  if (std::find(offered.begin(), offered.end(), record.how) == offered.end()) {
    // Its device is in another network namespace: nothing else can be attached there.
    if (found.state != attachment_state::elsewhere) return plan_other_mechanism(into, whole);
    leave_alone(whole, record, in_another_netns);
  }
  // One that was left alone for a while runs an older generation than its component.
  const bool behind = record.generation != whole.from;
  if (whole.builds() || record.program != into.program || behind) {
    into.why = cause::new_generation;
    return {};
  }
  plan_repair(into, whole, found);
  return {};
}

result<void> decider::plan_anew(planned_attachment& into, planned_component& whole,
                                const observed_component& running, cause why) {
  const std::size_t index = *into.running;
  into.what = change::attach;
  into.why = why;
  into.running.reset();
  into.renumbered = false;
  const auto& record = running.record->attachments[index];
  // A lost filter leaves nothing to end, and the one that comes may get its priority and its handle.
  if (has_link(record.how) || why != cause::link_lost) {
    whole.ends.push_back(
        ending_of(record, index, why == cause::target_back ? cause::target_gone : why));
  }
  return choose_ways(into, whole);
}

result<void> decider::plan_other_mechanism(planned_attachment& into,
                                           const planned_component& whole) {
  LINCHPIN_CHECK(choose_ways(into, whole));
  const bool exclusive = into.hook.abilities(into.how, seen_.facts).exclusive;
  into.what = exclusive ? change::detach_then_attach : change::attach_then_detach;
  into.why = cause::other_mechanism;
  return {};
}

result<void> decider::plan_generation(planned_attachment& into, const planned_component& whole,
                                      const observed_attachment& found) {
  LINCHPIN_CHECK(choose_change(into, whole));
  // Its device is in another network namespace: there only its link can be reached.
  if (found.state == attachment_state::elsewhere) {
    into.what = change::update;
    into.overlap_us = 0;
  }
  return {};
}

// What stays as it is, unless somebody else changed it.
void decider::plan_repair(planned_attachment& into, const planned_component& whole,
                          const observed_attachment& found) const {
  if (into.intruder) {
    // It is known: one compare-and-swap, where the hook can swap at all. In another network namespace
    // nothing else reaches it.
    const bool swaps = found.state == attachment_state::elsewhere ||
                       into.hook.abilities(into.how, seen_.facts).update != update_ability::none;
    into.what = swaps ? change::update : change::detach_then_attach;
    into.why = cause::altered;
    return;
  }
  into.what = change::keep;
  into.why = cause_of_keeping(whole, found);
}

}  // namespace linchpin
