// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ledger.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace simulation {

using linchpin::program_id;

namespace {

// Each service has one component of each object at most, by the object's name.
std::string component_of(std::string_view program) {
  return program.starts_with("guard")   ? "guard"
         : program.starts_with("guide") ? "guide"
                                        : "property";
}

}  // namespace

ledger::ledger(property::world& around) : around_(around) {
  look_again();
}

void ledger::note_load(std::size_t service, const linchpin::loaded_object& made) {
  ++loads_;
  for (const auto& program : made.programs)
    owners_[program.info.id] = {service, component_of(program.name), loads_};
}

void ledger::tell_links() {
  around_.our_links.clear();
  for (const auto id : around_.machine().links()) {
    const auto known = links_.find(id);
    if (known != links_.end()) around_.our_links.push_back({id, std::to_string(known->second)});
  }
}

void ledger::look_again() {
  std::vector<std::optional<linchpin::target_identity>> meanings;
  for (const auto& hook : around_.hooks()) meanings.push_back(around_.resolve(hook.hook));
  if (meanings != meanings_ || places_.empty()) {
    if (!places_.empty()) ++disturbances_;
    meanings_ = std::move(meanings);
    places_.clear();
    for (auto& key : around_.places()) {
      auto at = around_.point(key);
      places_.push_back({std::move(key), std::move(at), {}});
    }
  }
  for (auto& place : places_) place.ran = around_.machine().run(place.at);
}

const program_owner* ledger::owner(program_id which) const {
  const auto found = owners_.find(which);
  return found == owners_.end() ? nullptr : &found->second;
}

bool ledger::may_change(std::size_t service, program_id which) const {
  if (const auto* const owned = owner(which)) return owned->service == service;
  const auto intruder = around_.intruders.find(which);
  return intruder != around_.intruders.end() && intruder->second == std::to_string(service);
}

bool ledger::among(std::size_t service, const std::string& component,
                   const std::vector<program_id>& chain) const {
  return std::any_of(chain.begin(), chain.end(), [&](program_id id) {
    const auto* const owned = owner(id);
    return owned != nullptr && owned->service == service && owned->component == component;
  });
}

bool ledger::runs(std::size_t service, const no_gap_at& where) const {
  return std::any_of(places_.begin(), places_.end(), [&](const place& at) {
    return at.key.family == where.place.family && at.key.on == where.place.on &&
           among(service, where.component, at.ran);
  });
}

std::vector<program_id> ledger::of_others(std::size_t service,
                                          const std::vector<program_id>& chain) const {
  std::vector<program_id> found;
  for (const auto id : chain) {
    if (!may_change(service, id)) found.push_back(id);
  }
  return found;
}

std::optional<std::string> ledger::check_place(std::size_t service, const place& at,
                                               const std::vector<program_id>& now,
                                               const std::vector<no_gap_at>& no_gaps) const {
  if (of_others(service, at.ran) != of_others(service, now))
    return fmt::format("service {} changed what is somebody else's", service);
  // A stranger's program runs in a link of the service.
  const bool altered = std::any_of(now.begin(), now.end(), [&](program_id id) {
    return may_change(service, id) && owner(id) == nullptr;
  });
  if (altered) return std::nullopt;
  for (const auto& watched : no_gaps) {
    const bool here = !(watched.place < at.key) && !(at.key < watched.place);
    if (here && among(service, watched.component, at.ran) &&
        !among(service, watched.component, now))
      return fmt::format("component {} of service {} runs no more", watched.component, service);
  }
  return std::nullopt;
}

std::optional<std::string> ledger::check(std::size_t service,
                                         const std::vector<no_gap_at>& no_gaps) {
  for (auto& place : places_) {
    auto now = around_.machine().run(place.at);
    if (now == place.ran) continue;
    if (const auto broken = check_place(service, place, now, no_gaps))
      return fmt::format("{} at {} of target {}:\n  before {}\n  after  {}", *broken,
                         place.key.family, place.key.on.id, text(place.ran), text(now));
    place.ran = std::move(now);
  }
  return std::nullopt;
}

std::optional<std::string> ledger::mixed(std::size_t service) const {
  std::map<std::string, std::uint64_t> loads;
  for (const auto& place : places_) {
    const auto behind = out_of_reach_.find(place.key.on.id);
    if (behind != out_of_reach_.end() && (behind->second >> service & 1U) != 0) continue;
    for (const auto id : place.ran) {
      const auto* const owned = owner(id);
      if (owned == nullptr || owned->service != service) continue;
      const auto [known, fresh] = loads.try_emplace(owned->component, owned->load);
      if (!fresh && known->second != owned->load)
        return fmt::format(
            "component {} of service {} is not wholly at one generation: at {} of target {} runs "
            "#{}",
            owned->component, service, place.key.family, place.key.on.id, id.value);
    }
  }
  return std::nullopt;
}

void ledger::note_reached(std::size_t service) {
  for (auto& [target, services] : out_of_reach_) {
    const bool here =
        std::any_of(places_.begin(), places_.end(),
                    [&, target = target](const auto& at) { return at.key.on.id == target; });
    if (here) services &= ~(std::uint64_t{1} << service);
  }
}

property::chain_of ledger::chain_for(std::size_t service, const place& at) const {
  property::chain_of chain;
  for (const auto id : at.ran) {
    const auto* const owned = owner(id);
    const bool ours = owned != nullptr && owned->service == service;
    chain.push_back({ours ? owned->component : std::string{}, id, {}, 0});
  }
  return chain;
}

std::string ledger::text(const std::vector<program_id>& chain) const {
  std::string made;
  for (const auto id : chain) {
    const auto* const owned = owner(id);
    made += made.empty() ? "" : " ";
    made += owned != nullptr ? fmt::format("{}/{}#{}", owned->service, owned->component, id.value)
                             : fmt::format("stranger#{}", id.value);
  }
  return made.empty() ? "nothing" : made;
}

}  // namespace simulation
