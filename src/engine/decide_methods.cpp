// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"
#include "engine/decide.hpp"
#include "engine/ways.hpp"

namespace linchpin::inline LINCHPIN_ABI {

// Two programs of a component at one hook are one question: the answer holds for both.

result<void> decider::choose_ways(planned_attachment& into, const planned_component& whole) {
  const ways open{whole.name, whole.lifetime, into.hook, into.identity, seen_};
  auto& answers = answers_[whole.name].ways[{into.hook.family().name, into.identity, {}}];
  const auto offered = into.hook.mechanisms();
  // A hook that is narrowed to other mechanisms is another question.
  auto answer = std::find_if(answers.begin(), answers.end(), [&](const chosen_ways& given) {
    return std::equal(offered.begin(), offered.end(), given.offered.begin(), given.offered.end());
  });
  if (answer == answers.end()) {
    std::string reason;
    auto chosen = open.choose(policies_, reason);
    if (!reason.empty()) {
      return refused_by(policies_, slot::fallback, reason,
                        fmt::format("component {}, {}", whole.name, into.hook.text()));
    }
    answer = answers.insert(answer, chosen_ways{offered, std::move(chosen)});
  }
  const auto& chosen = answer->chosen;
  if (!chosen.empty()) {
    into.how = chosen.front();
    into.else_by.assign(chosen.begin() + 1, chosen.end());
    return {};
  }
  return error{errc::unsupported, "plan",
               fmt::format("component {}, {}", whole.name, into.hook.text())}
      .expected(fmt::format("a mechanism that {} allows", policies_.id(slot::fallback)))
      .found(open.text())
      .advice("use fallback::ladder, a newer kernel, or lifetime::durable where a link is missing");
}

result<void> decider::ask_for_updates(const planned_component& whole) {
  std::vector<hook_view> views;
  std::deque<std::string> targets;  // which the views borrow
  std::vector<hook_key> keys;
  std::vector<const any_hook*> hooks;
  auto& given = answers_[whole.name].update;
  for (const auto& hook : whole.attachments) {
    const bool goes_on = hook.running && hook.why != cause::other_mechanism &&
                         hook.what != change::wait && !hook.untouched();
    if (!goes_on) continue;
    const hook_key key{hook.hook.family().name, hook.identity, hook.how};
    if (!given.try_emplace(key, update_method::in_place).second) continue;
    const auto& on = hook.hook.on();
    const std::string_view target =
        on.netns.empty() ? std::string_view{on.name} : targets.emplace_back(on.text());
    views.push_back(
        {whole.name, hook.hook.family().name, target, hook.hook.abilities(hook.how, seen_.facts)});
    keys.push_back(key);
    hooks.push_back(&hook.hook);
  }
  const auto choices = policies_.update({whole.name, views});
  const auto refuse = [&](std::string_view why, const any_hook* about) {
    return refused_by(policies_, slot::update_strategy, why,
                      about == nullptr
                          ? fmt::format("component {}", whole.name)
                          : fmt::format("component {}, {}", whole.name, about->text()));
  };
  if (!choices) {
    const bool known = choices.about() && *choices.about() < hooks.size();
    return refuse(choices.reason(), known ? hooks[*choices.about()] : nullptr);
  }
  if (choices->size() != views.size()) {
    return refuse(fmt::format("it was asked about {} hooks and answered about {}", views.size(),
                              choices->size()),
                  nullptr);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) given.at(keys[i]) = (*choices)[i];
  return {};
}

result<update_choice> decider::update_choice_of(const planned_component& whole,
                                                const planned_attachment& hook) {
  auto& given = answers_[whole.name].update;
  if (given.empty()) LINCHPIN_CHECK(ask_for_updates(whole));
  const auto known = given.find({hook.hook.family().name, hook.identity, hook.how});
  if (known != given.end()) return known->second;
  return error{errc::failed, "plan", fmt::format("component {}, {}", whole.name, hook.hook.text())}
      .expected("a hook at which the component runs")
      .found("one that no policy was asked about");
}

result<void> decider::choose_change(planned_attachment& into, const planned_component& whole) {
  const auto abilities = into.hook.abilities(into.how, seen_.facts);
  const auto refuse = [&](std::string_view why) {
    return error{errc::unsupported, "plan",
                 fmt::format("component {}, {}", whole.name, into.hook.text())}
        .found(fmt::format("{} at a hook that {}", policies_.id(slot::update_strategy), why))
        .advice("choose another update policy for this component");
  };
  LINCHPIN_TRY(const auto choice, update_choice_of(whole, into));
  switch (choice.method) {
    case update_method::in_place:
      if (abilities.update == update_ability::none) return refuse("cannot update");
      into.what = change::update;
      return {};
    case update_method::make_before_break:
      if (abilities.exclusive) return refuse("takes one program only");
      into.what = change::attach_then_detach;
      into.overlap_us = std::min(choice.overlap_us, longest_overlap_us);
      return {};
    case update_method::recreate:
      break;
  }
  into.what = change::detach_then_attach;
  return {};
}

}  // namespace linchpin
