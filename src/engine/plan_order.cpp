// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/chain_view.hpp"
#include "engine/planner.hpp"

namespace linchpin {

namespace {

// The chain at one place as the plan leaves it so far.
struct place_model {
  std::string_view family;
  target_identity identity;
  chain_picture found;  // keeps the names that the members borrow, so it stays as it is
  std::vector<chain_member> members;
  chain seen;  // parallel to members
  // Parallel to members; null for who stands there already.
  std::vector<planned_attachment*> coming;

  void insert(std::size_t index, const chain_member& member, planned_attachment* comer) {
    const auto at = static_cast<std::ptrdiff_t>(index);
    members.insert(members.begin() + at, member);
    coming.insert(coming.begin() + at, comer);
    seen.entries.insert(seen.entries.begin() + at, {member.program, member.link, 0, 0, {}});
  }
  void erase(std::size_t index) {
    const auto at = static_cast<std::ptrdiff_t>(index);
    members.erase(members.begin() + at);
    seen.entries.erase(seen.entries.begin() + at);
    coming.erase(coming.begin() + at);
  }
  // Later comers push earlier ones aside, so places are told when all have come.
  void tell() const {
    for (std::size_t i = 0; i < coming.size(); ++i) {
      if (coming[i] == nullptr || !coming[i]->place) continue;
      *coming[i]->place = {static_cast<std::uint32_t>(i + 1),
                           static_cast<std::uint32_t>(coming.size())};
    }
  }
};

// Stands for the link of an attachment that is still to be made.
constexpr link_id planned_link{0xffffffff};

struct claim {
  planned_component* component;
  planned_attachment* attachment;
};

class order_model {
 public:
  order_model(running_state& state, const decisions& policies, const departures& leaving)
      : state_(state), policies_(policies), leaving_(leaving) {}

  result<void> settle(const claim& one) {
    const auto& facts = state_.store.acting().facts();
    const auto abilities = one.attachment->hook.abilities(one.attachment->how, facts);
    const bool attaches = one.attachment->what == change::attach;
    const bool ordered =
        abilities.order == order_ability::anchors || abilities.order == order_ability::priorities;
    if (attaches && abilities.exclusive) return check_free(one, abilities);
    if (!abilities.query) return {};
    if (attaches && abilities.order != order_ability::none) one.attachment->place.emplace();
    if (attaches && !ordered) return check_place(one, abilities);
    const bool stands =
        one.attachment->what == change::keep || one.attachment->what == change::update;
    if (policies_.observes_order() && ordered && (stands || attaches)) {
      return stands ? check_position(one) : check_place(one, abilities);
    }
    return {};
  }

  void tell_places() const {
    for (const auto& place : places_) place.tell();
  }

 private:
  // Null where the kernel cannot tell before it is tried: a mechanism of which nothing is known.
  result<place_model*> at(const claim& one) {
    const auto& hook = one.attachment->hook;
    for (auto& known : places_) {
      if (known.identity == one.attachment->identity && known.family == hook.family().name) {
        return &known;
      }
    }
    const attach_point point{one.attachment->how, hook.family().attach, hook.on(),
                             one.attachment->identity};
    auto seen = state_.store.acting().query(point);
    if (!seen && seen.error().is(errc::unsupported) && one.attachment->what == change::attach) {
      return nullptr;
    }
    if (!seen) {
      return std::move(seen).error().about(fmt::format("component {}", one.component->name));
    }
    auto& place = places_.emplace_back();
    place.family = hook.family().name;
    place.identity = one.attachment->identity;
    place.found = picture(*std::move(seen), own_members(state_, place.family, place.identity));
    // A hook that takes one program only is free when the leaving one is gone, and not before.
    std::vector<std::size_t> aside;
    if (!hook.abilities(one.attachment->how, state_.store.acting().facts()).exclusive) {
      aside = places_of(place.found, leaving_.members(state_, place.family, place.identity));
    }
    auto rest = without(place.found, aside);
    place.members = std::move(rest.members);
    place.seen = std::move(rest.seen);
    place.coming.assign(place.members.size(), nullptr);
    return &place;
  }

  result<void> check_free(const claim& one, const hook_abilities& abilities) {
    const auto subject =
        fmt::format("component {}, {}", one.component->name, one.attachment->hook.text());
    for (const auto& other : claimed_) {
      if (!(other.attachment->identity == one.attachment->identity) ||
          &other.attachment->hook.family() != &one.attachment->hook.family()) {
        continue;
      }
      return error{errc::busy, "plan", subject}
          .expected("a hook that takes one program to be asked for once")
          .found(fmt::format("component {} asks for it too", other.component->name))
          .advice("put both programs into one component, or use a hook that takes several");
    }
    claimed_.push_back(one);
    if (!abilities.query) return {};
    LINCHPIN_TRY(const auto* place, at(one));
    if (place == nullptr) return {};
    for (const auto& member : place->members) {
      // What of this component stands here ends before or with the attach.
      if (member.ours && member.component == one.component->name) continue;
      return error{errc::busy, "plan", subject}
          .expected("a free hook: it takes one program only")
          .found(member.ours
                     ? fmt::format("component {} stands there", member.component)
                     : fmt::format("program {} ({}), which is not ours", member.program.value,
                                   member.name.empty() ? "unnamed" : member.name))
          .advice(member.ours ? "remove that component first, in an apply of its own"
                              : "find its owner; nothing of others is ever replaced");
    }
    return {};
  }

  chain_member self(const claim& one) const {
    constexpr std::size_t kernel_name_length = 15;
    chain_member member;
    member.link = planned_link;
    member.name = std::string_view{one.attachment->program}.substr(0, kernel_name_length);
    member.ours = true;
    member.component = one.component->name;
    member.priority = one.attachment->priority;
    return member;
  }

  placement placed(const claim& one, const std::vector<chain_member>& others,
                   std::optional<std::size_t> current) const {
    return policies_.place({one.component->name, one.attachment->program, one.attachment->priority},
                           others, current);
  }

  result<void> check_place(const claim& one, const hook_abilities& abilities) {
    LINCHPIN_TRY(auto* place, at(one));
    if (place == nullptr) return {};
    const auto where = placed(one, place->members, std::nullopt);
    auto possible = anchor_for(where, place->seen, abilities);
    if (!possible) {
      return std::move(possible).error().about(
          fmt::format("component {}, {}, program {}", one.component->name,
                      one.attachment->hook.text(), one.attachment->program));
    }
    place->insert(index_of(where, place->members.size()), self(one), one.attachment);
    return {};
  }

  result<void> check_position(const claim& one) {
    LINCHPIN_TRY(auto* place, at(one));
    const auto* running = state_.find(one.component->name);
    const auto& record = running->record.attachments[*one.attachment->running];
    const auto* program = running->record.find_program(record.program);
    const auto mine =
        std::find_if(place->members.begin(), place->members.end(), [&](const chain_member& member) {
          return member.link ? member.link == record.id.link
                             : program != nullptr && member.program == program->id;
        });
    if (mine == place->members.end()) return {};
    const auto current = static_cast<std::size_t>(mine - place->members.begin());
    auto others = place->members;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
    const auto where = placed(one, others, current);
    if (where.where == placement::kind::stay) return {};
    const auto index = index_of(where, others.size());
    if (index == current || index > others.size()) return {};
    place->erase(current);
    place->insert(index, self(one), one.attachment);
    return move(one);
  }

  // No kernel moves a link. A second one is put in the right place before the first goes, so that
  // no packet passes by; where the policy says recreate, the first goes first.
  result<void> move(const claim& one) const {
    const auto abilities =
        one.attachment->hook.abilities(one.attachment->how, state_.store.acting().facts());
    const auto method = policies_.update({one.component->name, one.attachment->hook.family().name,
                                          one.attachment->hook.on().name, abilities});
    one.attachment->what = method == update_method::recreate ? change::recreate : change::replace;
    one.attachment->why = cause::moved;
    one.attachment->place.emplace();
    return {};
  }

  running_state& state_;
  const decisions& policies_;
  const departures& leaving_;
  std::vector<place_model> places_;
  std::vector<claim> claimed_;
};

}  // namespace

result<void> plan_order(std::vector<planned_component>& components,
                        std::span<const std::string> removed, running_state& state,
                        const decisions& policies) {
  std::vector<claim> claims;
  for (auto& component : components) {
    for (auto& attachment : component.attachments) claims.push_back({&component, &attachment});
  }
  std::stable_sort(claims.begin(), claims.end(), [&](const claim& left, const claim& right) {
    return turn_of(policies, *left.component, *left.attachment) <
           turn_of(policies, *right.component, *right.attachment);
  });
  const departures leaving{components, removed};
  order_model model{state, policies, leaving};
  for (const auto& one : claims) LINCHPIN_CHECK(model.settle(one));
  model.tell_places();
  return {};
}

}  // namespace linchpin
