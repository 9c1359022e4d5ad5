// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/decide.hpp"
#include "engine/hook_order.hpp"

// Cgroups that take no link, because of a program that was attached there or above to be alone.
namespace linchpin::inline LINCHPIN_ABI {

std::vector<observed_hook> decider::cgroups_entered() const {
  std::vector<observed_hook> entered;
  for (const auto& place : places_) {
    if (!traits_of(place.how).may_be_closed) continue;
    const bool comes_here =
        std::any_of(place.claims.begin(), place.claims.end(), [this](const claim& whom) {
          return comes(made_.components_[whom.component].attachments[whom.attachment].what);
        });
    if (!comes_here) continue;
    entered.push_back(
        {place.key.family,
         {place.how, place.hook->family().attach, place.hook->on(), place.key.identity}});
  }
  return entered;
}

result<void> decider::check_shared(std::span<const std::string> not_known) {
  made_.notes_.insert(made_.notes_.end(), not_known.begin(), not_known.end());
  for (const auto& closed : seen_.sole_programs) {
    const auto* family = find_hook_family(closed.family);
    if (family == nullptr) continue;
    const auto place =
        place_at_.find({closed.family, closed.identity, chain_of(family->mechanisms.front())});
    if (place == place_at_.end()) continue;
    const auto& claims = places_[place->second].claims;
    const auto first = std::find_if(claims.begin(), claims.end(),
                                    [this](const claim& whom) { return comes(at(whom).what); });
    if (first == claims.end()) continue;
    const auto& program = closed.keeps_out.program;
    return error{errc::busy, "plan",
                 fmt::format("component {}, {}", made_.components_[first->component].name,
                             at(*first).hook.text())}
        .expected(
            "a cgroup that takes a link: no program there that shares with nobody, and none "
            "above it")
        .found(fmt::format("program {} ({}) at {}, attached without BPF_F_ALLOW_MULTI{}",
                           program.program.value, program.name.empty() ? "unnamed" : program.name,
                           closed.keeps_out.cgroup,
                           closed.keeps_out.closes_below ? " or BPF_F_ALLOW_OVERRIDE" : ""))
        .advice(
            "ask its owner to attach it with BPF_F_ALLOW_MULTI; nothing of others is ever "
            "replaced");
  }
  return {};
}

}  // namespace linchpin
