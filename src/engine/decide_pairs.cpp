// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/decide.hpp"

// Which running attachment each one that is asked for continues.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

// A path as it is, whichever way it is spelled.
std::string plain_path(std::string_view path) {
  std::string made;
  for (const char letter : path) {
    if (letter == '/' && made.ends_with('/')) continue;
    made += letter;
    if (made.ends_with("/./")) made.resize(made.size() - 2);
  }
  if (made.size() > 1 && made.ends_with('/')) made.pop_back();
  return made;
}

std::string plain(const target& on) {
  auto made = traits_of(on.kind).is_path ? plain_path(on.name) : on.name;
  if (!on.netns.empty()) made += " in " + plain_path(on.netns);
  return made;
}

// Pairs attachments that are asked for with those that run at the same place in the kernel, or,
// while a name means nothing, under the same name. The same program is tried first; then, for an
// object that renamed its program, whatever is left at that place.
class pairing {
 public:
  explicit pairing(const observed_component* seen)
      : running_(seen == nullptr ? nullptr : &*seen->record) {
    if (seen == nullptr) return;
    taken_.assign(running_->attachments.size(), false);
    at_identity_.reserve(running_->attachments.size());
    for (std::uint32_t i = 0; i < running_->attachments.size(); ++i) {
      const auto& record = running_->attachments[i];
      // An interface in another network namespace is not what its number means here.
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
  // The names are indexed when a first name means nothing, or another target than before.
  [[nodiscard]] const indices& named_as(const planned_attachment& wanted) {
    if (by_name_.empty() && running_ != nullptr) index_names();
    const auto found = by_name_.find(name_of(wanted.hook.family().name, wanted.hook.on()));
    return found == by_name_.end() ? none_ : found->second;
  }

  void index_names() {
    for (std::uint32_t i = 0; i < running_->attachments.size(); ++i) {
      const auto& record = running_->attachments[i];
      by_name_[name_of(record.family, target_of(record))].push_back(i);
    }
  }

  const component_record* running_;
  std::vector<bool> taken_;
  std::unordered_map<hook_key, indices, hook_key_hash> at_identity_;
  std::unordered_map<std::string, indices> by_name_;
  indices none_;
};

}  // namespace

namespace {

planned_attachment attachment_of(const desired_attachment& wanted, const observed_target& target) {
  planned_attachment hook{.program = wanted.program,
                          .hook = wanted.hook,
                          .priority = wanted.priority,
                          .identity = target.identity.value_or(target_identity{}),
                          .how = {},
                          .what = change::attach,
                          .why = cause::new_hook,
                          .running = {},
                          .intruder = {},
                          .renumbered = false,
                          .out_of_sight = false,
                          .place = {}};
  if (!target.identity) hook.why = cause::target_gone;
  return hook;
}

// Finds for each attachment that is asked for the running one which it continues.
void find_running(pairing& pairs, std::span<planned_attachment> asked_for,
                  std::span<const observed_target> targets) {
  // What is known by its identity comes first: a name that means nothing gets what is left of that
  // name.
  for (const bool resolved : {true, false}) {
    for (const bool same_program : {true, false}) {
      for (std::size_t i = 0; i < asked_for.size(); ++i) {
        auto& attachment = asked_for[i];
        if (attachment.running || targets[i].identity.has_value() != resolved) continue;
        attachment.running = pairs.find(attachment, resolved, same_program);
      }
    }
  }
}

}  // namespace

result<void> decider::pair_hooks(planned_component& into, const desired_component& desired,
                                 identities targets, const observed_component* running) {
  const auto& wanted = desired.attachments();
  into.attachments.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    into.attachments.push_back(attachment_of(wanted[i], targets[i]));
  }
  LINCHPIN_CHECK(check_repeated(into));
  pairing pairs{running};
  find_running(pairs, into.attachments, targets);
  for (auto& attachment : into.attachments) {
    if (attachment.running) continue_running(attachment, *running);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& attachment = into.attachments[i];
    if (attachment.running) {
      LINCHPIN_CHECK(plan_running(attachment, into, *running));
      continue;
    }
    if (targets[i].identity && pairs.knows_name_elsewhere(attachment)) {
      attachment.why = cause::target_back;
    }
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
    // While a name means nothing, only the names can be compared, which is done below.
    if (attachment.why == cause::target_gone) continue;
    const auto [found, fresh] = at.try_emplace(
        {{attachment.hook.family().name, attachment.identity, {}}, attachment.program},
        &attachment);
    if (fresh) continue;
    const auto& other = *found->second;
    const bool same_name = other.hook.on() == attachment.hook.on();
    return asked_twice(
        whole, attachment,
        same_name ? std::string{}
                  : fmt::format(", which is {} under another name", other.hook.on().text()));
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

}  // namespace linchpin
