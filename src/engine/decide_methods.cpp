// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/answered.hpp"
#include "engine/decide.hpp"
#include "engine/ways.hpp"

namespace linchpin {

// Two programs of a component at one hook ask for the same; an answer holds for both.

result<void> decider::choose_ways(planned_attachment& into, const planned_component& whole) {
  const ways open{whole.name, whole.lifetime, into.hook, into.identity, seen_};
  auto& answers = answers_[whole.name].ways[{into.hook.family().name, into.identity, {}}];
  const auto offered = into.hook.mechanisms();
  // Where it is narrowed to other mechanisms, that is another question.
  auto answer = std::find_if(answers.begin(), answers.end(), [&](const chosen_ways& given) {
    return std::equal(offered.begin(), offered.end(), given.offered.begin(), given.offered.end());
  });
  if (answer == answers.end()) {
    answer = answers.insert(answer, chosen_ways{offered, open.choose(policies_)});
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

result<update_method> decider::update_method_of(const std::string& component,
                                                const planned_attachment& hook) {
  const auto& family = hook.hook.family();
  const hook_key key{family.name, hook.identity, hook.how};
  auto& given = answers_[component].update;
  const auto known = given.find(key);
  if (known != given.end()) return known->second;
  const hook_view view{component, family.name, hook.hook.on().name,
                       hook.hook.abilities(hook.how, seen_.facts)};
  LINCHPIN_TRY(const auto method,
               answered(policies_.update(view), policies_, slot::update_strategy, [&] {
                 return fmt::format("component {}, {}", component, hook.hook.text());
               }));
  given.emplace(key, method);
  return method;
}

result<change> decider::choose_change(const planned_component& whole,
                                      const planned_attachment& hook) {
  const auto abilities = hook.hook.abilities(hook.how, seen_.facts);
  const auto refuse = [&](std::string_view why) {
    return error{errc::unsupported, "plan",
                 fmt::format("component {}, {}", whole.name, hook.hook.text())}
        .found(fmt::format("{} at a hook that {}", policies_.id(slot::update_strategy), why))
        .advice("choose another update policy for this component");
  };
  LINCHPIN_TRY(const auto method, update_method_of(whole.name, hook));
  switch (method) {
    case update_method::in_place:
      if (abilities.update == update_ability::none) return refuse("cannot update");
      return change::update;
    case update_method::make_before_break:
      if (abilities.exclusive) return refuse("takes one program only");
      return change::attach_then_detach;
    case update_method::recreate:
      break;
  }
  return change::detach_then_attach;
}

}  // namespace linchpin
