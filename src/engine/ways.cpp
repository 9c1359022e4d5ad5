// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/ways.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

ways::ways(std::string_view component, lifetime_kind lifetime, const any_hook& hook,
           const target_identity& at, const snapshot& seen)
    : component_(component), hook_(hook), facts_(seen.facts) {
  for (const auto how : hook.mechanisms()) {
    const bool stays = lifetime == lifetime_kind::ephemeral && !hook.abilities(how, facts_).link;
    answers_.push_back(stays ? answer::no("it has no link, so it would outlive an ephemeral owner")
                             : hook.available(how, facts_));
    for (const auto& tried : seen.refuted) {
      if (tried.how == how && tried.at == at) answers_.back() = answer::no(tried.why);
    }
  }
}

std::vector<mechanism> ways::choose(const decisions& policies, std::string& reason) const {
  const auto offered = hook_.mechanisms();
  std::vector<rung_view> views;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    views.push_back({mechanism_name(offered[i]), &answers_[i]});
  }
  const auto target = hook_.on().text();
  const hook_view view{component_, hook_.family().name, target,
                       hook_.abilities(offered.front(), facts_)};
  std::vector<mechanism> chosen;
  for (std::size_t from = 0; from < offered.size();) {
    const auto next = policies.rung(view, views, from);
    if (!next && chosen.empty()) reason = next.reason();
    if (!next || *next < from || *next >= offered.size() || answers_[*next].is_no()) break;
    chosen.push_back(offered[*next]);
    from = *next + 1;
  }
  return chosen;
}

std::string ways::text() const {
  std::string text;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", mechanism_name(hook_.mechanisms()[i]),
                        answers_[i].is_yes() ? "available" : answers_[i].reason());
  }
  return text;
}

}  // namespace linchpin
