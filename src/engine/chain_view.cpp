// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/chain_view.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace linchpin {

namespace {

bool same_attachment(const chain_entry& entry, const own_member& own) noexcept {
  if (entry.tc_handle != 0) {
    return entry.tc_priority == own.id.tc_priority && entry.tc_handle == own.id.tc_handle;
  }
  // A cgroup's chain is listed without links.
  return entry.link ? entry.link == own.id.link : entry.program == own.program;
}

template <class Wanted>
std::vector<own_member> members_at(const running_state& state, std::string_view family,
                                   const target_identity& identity, Wanted wanted) {
  std::vector<own_member> found;
  for (const auto& component : state.components) {
    const auto& attachments = component.record.attachments;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      const auto& record = attachments[i];
      if (!(record.identity == identity) || record.family != family) continue;
      if (!wanted(component.record.name, i)) continue;
      const auto* program = component.record.find_program(record.program);
      found.push_back({component.record.name, program == nullptr ? program_id{} : program->id,
                       record.id, record.priority});
    }
  }
  return found;
}

}  // namespace

chain_picture picture(chain seen, std::span<const own_member> ours) {
  chain_picture made{std::move(seen), {}};
  made.members.reserve(made.seen.entries.size());
  for (auto& entry : made.seen.entries) {
    chain_member member{entry.program, entry.link, entry.name, false, {}, 0};
    for (const auto& own : ours) {
      if (!same_attachment(entry, own)) continue;
      // An anchor that is attached by a link must be named by it.
      entry.link = member.link = own.id.link;
      member.ours = true;
      member.component = own.component;
      member.priority = own.priority;
      break;
    }
    made.members.push_back(member);
  }
  return made;
}

std::vector<own_member> own_members(const running_state& state, std::string_view family,
                                    const target_identity& identity) {
  return members_at(state, family, identity, [](const std::string&, std::size_t) { return true; });
}

std::vector<own_member> departures::members(const running_state& state, std::string_view family,
                                            const target_identity& identity) const {
  const auto ends_some = [](const planned_component& one) { return !one.ends.empty(); };
  if (removed.empty() && std::none_of(planned.begin(), planned.end(), ends_some)) return {};
  return members_at(state, family, identity, [this](const std::string& name, std::size_t index) {
    if (std::find(removed.begin(), removed.end(), name) != removed.end()) return true;
    const auto whole =
        std::find_if(planned.begin(), planned.end(),
                     [&name](const planned_component& one) { return one.name == name; });
    if (whole == planned.end()) return false;
    // What ends for another cause has left its chain already.
    return std::any_of(whole->ends.begin(), whole->ends.end(), [index](const planned_end& end) {
      return end.running == index && end.why == cause::unwanted;
    });
  });
}

std::vector<std::size_t> places_of(const chain_picture& in, std::span<const own_member> ours) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < in.seen.entries.size(); ++i) {
    const auto& entry = in.seen.entries[i];
    if (std::any_of(ours.begin(), ours.end(),
                    [&entry](const own_member& own) { return same_attachment(entry, own); })) {
      places.push_back(i);
    }
  }
  return places;
}

chain_picture without(const chain_picture& whole, std::span<const std::size_t> places) {
  auto rest = whole;
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const auto at = static_cast<std::ptrdiff_t>(*place);
    rest.members.erase(rest.members.begin() + at);
    rest.seen.entries.erase(rest.seen.entries.begin() + at);
  }
  return rest;
}

turn turn_of(const decisions& policies, const planned_component& component,
             const planned_attachment& attachment) noexcept {
  if (!policies.observes_order()) return {attachment.priority, {}, {}};
  return {attachment.priority, component.name, attachment.program};
}

std::size_t index_of(const placement& where, std::size_t others) noexcept {
  switch (where.where) {
    case placement::kind::first:
      return 0;
    case placement::kind::before:
      return where.index;
    case placement::kind::after:
      return where.index + 1;
    case placement::kind::stay:
    case placement::kind::last:
      break;
  }
  return others;
}

result<anchor> anchor_for(const placement& where, const chain& seen,
                          const hook_abilities& abilities) {
  const std::size_t count = seen.entries.size();
  const std::size_t index = index_of(where, count);
  if (index > count) {
    return error{errc::invalid_argument, "order"}
        .expected(fmt::format("a place among {} programs", count))
        .found(fmt::format("place {}, from the order policy", index));
  }
  anchor made;
  if (abilities.revision) made.expected = seen.revision;
  switch (abilities.order) {
    case order_ability::none:
      return made;
    case order_ability::append:
      if (index == count) return made;
      return error{errc::unsupported, "order"}
          .expected(fmt::format("place {} of {}", index + 1, count + 1))
          .found("a hook where this kernel can only append")
          .advice("attach in run order, or run a kernel that orders this hook (cgroup: 6.17)");
    case order_ability::priorities:
    case order_ability::anchors:
      break;
  }
  const auto nameable = [&seen](const chain_entry& entry) {
    // One that is attached by a link must be named by it.
    return entry.link || entry.tc_handle != 0 || seen.tells_links;
  };
  if (count == 0) return made;
  if (index == count) {
    made.kind = anchor_kind::last;
  } else if (index == 0) {
    made.kind = anchor_kind::first;
  } else if (nameable(seen.entries[index])) {
    made.kind = anchor_kind::before;
    made.relative_to = seen.entries[index];
  } else if (nameable(seen.entries[index - 1])) {
    made.kind = anchor_kind::after;
    made.relative_to = seen.entries[index - 1];
  } else {
    return error{errc::unsupported, "order"}
        .expected(fmt::format("a neighbour to name at place {} of {}", index + 1, count + 1))
        .found("programs of others on both sides, whose links this hook does not tell")
        .advice("choose a place at either end of the chain, or next to a program of ours");
  }
  return made;
}

}  // namespace linchpin
