// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/rungs.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace linchpin {

rungs::rungs(std::string_view component, lifetime_kind lifetime, const any_hook& hook,
             const kernel_facts& facts)
    : component_(component), hook_(hook), facts_(facts) {
  for (const auto how : hook.mechanisms()) {
    const bool stays = lifetime == lifetime_kind::ephemeral && !hook.abilities(how, facts).link;
    answers_.push_back(stays ? answer::no("it has no link, so it would outlive an ephemeral owner")
                             : hook.available(how, facts));
  }
}

std::size_t rungs::index_of(mechanism wanted) const noexcept {
  const auto offered = hook_.mechanisms();
  return static_cast<std::size_t>(std::find(offered.begin(), offered.end(), wanted) -
                                  offered.begin());
}

void rungs::refute(mechanism tried, std::string why) {
  const std::size_t index = index_of(tried);
  if (index < answers_.size()) answers_[index] = answer::no(std::move(why));
}

std::optional<mechanism> rungs::choose(const decisions& policies, std::size_t from) const {
  const auto offered = hook_.mechanisms();
  std::vector<rung_view> views;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    views.push_back({mechanism_name(offered[i]), &answers_[i]});
  }
  const hook_view view{component_, hook_.family().name, hook_.on().name,
                       hook_.abilities(offered.front(), facts_)};
  const auto chosen = policies.rung(view, views, from);
  if (!chosen || *chosen < from || *chosen >= offered.size()) return std::nullopt;
  if (answers_[*chosen].is_no()) return std::nullopt;
  return offered[*chosen];
}

std::optional<mechanism> rungs::choose_below(const decisions& policies, mechanism tried) const {
  return choose(policies, index_of(tried) + 1);
}

std::string rungs::text() const {
  std::string text;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", mechanism_name(hook_.mechanisms()[i]),
                        answers_[i].is_yes() ? "available" : answers_[i].reason());
  }
  return text;
}

}  // namespace linchpin
