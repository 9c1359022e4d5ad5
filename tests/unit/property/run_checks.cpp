// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "run.hpp"

// What must hold after a transition, and when one may be refused.
namespace property {

using linchpin::errc;

run::obstacles run::obstacles_at(const std::string& component, const wanted_hook& at,
                                 const std::map<chain_key, chain_of>& before) const {
  obstacles found;
  const auto& choice = desired_.hooks()[at.hook];
  found.exclusive = choice.exclusive;
  const auto on = around_.resolve(choice.hook);
  found.missing = !on;
  // A name that means nothing stands for where its program was attached, which another component may
  // ask for by the name that it has now.
  found.claimed = !on && choice.exclusive;
  if (!on) return found;
  const std::string family{choice.hook.family().name};
  const auto stood = before.find({family, *on});
  if (stood == before.end()) return found;
  const bool strangers =
      std::any_of(stood->second.begin(), stood->second.end(),
                  [](const stander& standing) { return standing.component.empty(); });
  const bool others =
      std::any_of(stood->second.begin(), stood->second.end(),
                  [&](const stander& standing) { return standing.component != component; });
  found.taken = choice.exclusive && others;
  // At a cgroup no stranger can be named as a neighbour.
  found.unordered = !around_.has_order(family) || (family.starts_with("cgroup") && strangers);
  return found;
}

void run::check_refusal(const linchpin::error& told, const std::map<chain_key, chain_of>& before) {
  obstacles any;
  for (const auto& component : desired_.components) {
    for (const auto& at : component.hooks) {
      const auto here = obstacles_at(component.name, at, before);
      any.missing |= here.missing;
      any.taken |= here.taken;
      any.claimed |= here.claimed;
      any.unordered |= here.unordered;
      any.exclusive |= here.exclusive;
    }
  }
  const bool known = (told.is(errc::not_found) && any.missing) ||
                     (told.is(errc::busy) && (any.taken || any.claimed)) ||
                     (told.is(errc::unsupported) && any.unordered && !policies_.appends) ||
                     (told.is(errc::unsupported) && policies_.makes_before_break && any.exclusive);
  if (!known) fail("refused without a reason that the test knows: " + told.message());
}

void run::settle(const std::map<chain_key, chain_of>& before, const expectation& wanted,
                 const linchpin::plan& planned) {
  const auto status = must(edge_->status(), "status");
  if (gone_ == 0 && astray_ == 0 && !status.healthy()) fail("not healthy:\n" + status.text());
  learn(status);
  check_chains(before, wanted);
  check_plan_chains(planned);
  check_counts(wanted);

  const auto components = desired_.build();
  const auto again = components.empty() ? edge_->plan(linchpin::nothing) : edge_->plan(components);
  if (!again) fail("the next plan is refused: " + again.error().message());
  if (!again->empty()) fail("the next plan is not empty:\n" + again->text());
  attached_ = std::move(next_attached_);
  around_.intruders.clear();
}

void run::check_chains(const std::map<chain_key, chain_of>& before, const expectation& wanted) {
  auto after = look();
  for (auto& [place, chain] : after) {
    for (auto& member : chain) {
      if (!member.component.empty()) member.priority = priority_of(member.component, place);
    }
    const auto names = wanted.find(place);
    hook_history hook;
    if (const auto stood = before.find(place); stood != before.end()) hook.before = stood->second;
    hook.after = chain;
    const auto family = std::string_view{place.family};
    const bool may_lose_place =
        !policies_.in_place && (!around_.has_order(family) || family.starts_with("cgroup"));
    hook.appends = !around_.has_order(family);
    if (may_lose_place) hook.loose = not_as_before(hook.before, hook.after);
    const auto where = fmt::format("at {} of target {}:\n  before {}\n  after  {}", place.family,
                                   place.on.id, text(hook.before), text(hook.after));
    if (const auto broken =
            broken_frame(hook, names == wanted.end() ? std::set<std::string>{} : names->second))
      fail(*broken + " " + where);
    if (const auto broken = policies_.broken_rule(hook)) fail(*broken + " " + where);
  }
}

void run::check_plan_chains(const linchpin::plan& planned) {
  for (const auto& chain : planned.chains()) {
    const chain_key place{chain.family, chain.identity};
    const auto ran = around_.raw(place);
    std::string said, found;
    for (const auto& entry : chain.entries)
      said +=
          " " + (entry.component.empty() ? "#" + std::to_string(entry.id.value) : entry.component);
    for (const auto id : ran) {
      const auto member = who(id);
      found += " " + (member.component.empty() ? "#" + std::to_string(id.value) : member.component);
    }
    if (said != found)
      fail(fmt::format("the plan said{}\n  and what runs is{}\n  at {} of target {}", said, found,
                       place.family, place.on.id));
  }
}

void run::check_counts(const expectation& wanted) {
  std::size_t programs = 0, maps = 0, links = 0, our_links = 0;
  for (const auto& component : desired_.components) {
    programs += desired_.object_of(component).program_count;
    maps += desired_.object_of(component).map_count;
  }
  for (const auto& [place, names] : wanted) {
    if (around_.has_links(place.family)) our_links += names.size();
  }
  std::size_t program_pins = 0, map_pins = 0, link_pins = 0, records = 0;
  for (const auto& path : around_.machine().pins()) {
    if (path.ends_with('/')) continue;
    const auto name = std::string_view{path}.substr(path.rfind('/') + 1);
    ++(name.starts_with("prog-")   ? program_pins
       : name.starts_with("map-")  ? map_pins
       : name.starts_with("link-") ? link_pins
                                   : records);
  }
  std::size_t strangers = 0;
  for (const auto& place : around_.places()) {
    for (const auto id : around_.raw(place)) {
      if (!around_.strangers().contains(id)) continue;
      ++strangers;
      if (around_.has_links(place.family)) ++links;
    }
  }
  links += our_links;
  const auto compare = [this](const char* what, std::size_t found, std::size_t least,
                              std::size_t most) {
    if (found < least || found > most)
      fail(fmt::format("{} {}, expected {} to {}", found, what, least, most));
  };
  compare("programs", around_.machine().programs().size(), programs + strangers,
          programs + strangers);
  compare("maps", around_.machine().maps().size(), maps + records, maps + records);
  compare("pinned programs", program_pins, programs, programs);
  compare("pinned maps", map_pins, maps, maps);
  // The link of a hook whose target is gone may wait for the next change.
  compare("links", around_.machine().links().size(), links, links + gone_);
  compare("pinned links", link_pins, our_links, our_links + gone_);
}

}  // namespace property
