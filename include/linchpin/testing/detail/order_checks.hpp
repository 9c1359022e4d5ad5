// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/testing/detail/note.hpp>
#include <linchpin/testing/findings.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing::detail {

inline std::string text(const placement& where) {
  switch (where.where) {
    case placement::kind::stay:
      return "stay";
    case placement::kind::first:
      return "first";
    case placement::kind::last:
      return "last";
    case placement::kind::before:
      return "before program " + std::to_string(where.index);
    case placement::kind::after:
      return "after program " + std::to_string(where.index);
  }
  return "a kind that there is not";
}

// Where it lands among `others` others; nothing where that is no place.
inline std::optional<std::size_t> landing(const placement& where, std::size_t others,
                                          std::optional<std::size_t> current) {
  switch (where.where) {
    case placement::kind::stay:
      return current;
    case placement::kind::first:
      return std::size_t{0};
    case placement::kind::last:
      return others;
    case placement::kind::before:
      if (where.index < others) return where.index;
      break;
    case placement::kind::after:
      if (where.index < others) return where.index + 1;
      break;
  }
  return std::nullopt;
}

// Some of ours among strangers, one of whom has no name that could be had.
inline std::vector<std::vector<chain_member>> sample_chains() {
  const chain_member gateway{.program = {7}, .link = {70}, .name = "gateway"};
  const chain_member nameless{.program = {8}, .link = {80}};
  const auto ours = [](std::uint32_t number, std::string_view component, int priority) {
    return chain_member{.program = {number},
                        .link = {number * 10},
                        .name = "guard_in",
                        .ours = true,
                        .component = component,
                        .priority = priority,
                        .whole_name = "guard_in"};
  };
  return {{},
          {gateway},
          {nameless, gateway},
          {ours(1, "alder", 10), gateway, ours(2, "birch", 20)},
          {ours(2, "birch", 20), nameless, ours(1, "alder", 10), gateway},
          {ours(1, "alder", 5), ours(2, "birch", 5), ours(3, "cedar", 5)}};
}

// Asks about one program, twice.
// returns: the index where it lands
template <placing_policy Policy>
std::optional<std::size_t> place_of(const Policy& policy, const program_view& self,
                                    std::span<const chain_member> others,
                                    std::optional<std::size_t> current, findings& found) {
  const auto first = answer_of(policy.place(self, others, current), found);
  const auto again = answer_of(policy.place(self, others, current), found);
  if (first != again) note(found, "asked twice about the same chain, it answers otherwise");
  if (!first) return std::nullopt;
  const auto index = landing(*first, others.size(), current);
  if (!index) {
    note(found, "among " + std::to_string(others.size()) + " programs it answers \"" +
                    text(*first) + "\"" +
                    (current ? "" : " of a program that is not attached yet"));
  }
  return index;
}

// Lets each program of ours in a chain move to where the policy wants it.
// returns: whether any of them moved
template <placing_policy Policy>
bool place_all(const Policy& policy, std::vector<chain_member>& chain, findings& found) {
  bool moved = false;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const auto at = std::find_if(chain.begin(), chain.end(), [number](const auto& member) {
      return member.ours && member.program.value == number;
    });
    if (at == chain.end()) continue;
    const auto self = *at;
    const auto current = static_cast<std::size_t>(at - chain.begin());
    chain.erase(at);
    const auto wanted =
        place_of(policy, {self.component, self.name, self.priority}, chain, current, found);
    const auto index = wanted.value_or(current);
    moved = moved || index != current;
    chain.insert(chain.begin() + static_cast<std::ptrdiff_t>(index), self);
  }
  return moved;
}

template <placing_policy Policy>
void check_places(const Policy& policy, findings& found) {
  for (const int priority : {-1, 0, 10, 15, 1000}) {
    for (const auto& chain : sample_chains()) {
      place_of(policy, {"dogwood", "guard_in", priority}, chain, std::nullopt, found);
    }
  }
  if (!Policy::observes) return;
  for (auto chain : sample_chains()) {
    const std::size_t most_passes = chain.size() + 2;
    bool moved = true;
    for (std::size_t pass = 0; moved && pass < most_passes; ++pass) {
      moved = place_all(policy, chain, found);
    }
    if (moved) {
      note(found,
           "programs of ours move round and round: it must leave alone an order that it has made");
    }
  }
}

inline void check_permutation(const arrangement& made, const chain_view& chain, bool observes,
                              findings& found) {
  std::vector<bool> met(chain.members.size(), false);
  std::size_t last = 0;
  for (const std::size_t member : made.order) {
    if (member >= met.size() || met[member]) {
      note(found, "its arrangement has a program twice, or one that there is not");
      return;
    }
    met[member] = true;
    const auto& self = chain.members[member];
    const bool stays = member < chain.standing && (!observes || !self.ours || self.fixed);
    if (!stays) continue;
    if (member < last) {
      note(found, observes ? "its arrangement moves programs that are not ours to move"
                           : "it does not observe, and its arrangement moves who stands already");
    }
    last = std::max(last, member);
  }
  if (std::find(met.begin(), met.end(), false) != met.end()) {
    note(found, "its arrangement leaves somebody out");
  }
}

template <arranging_policy Policy>
void check_arrangements(const Policy& policy, findings& found) {
  const auto ask = [&](const chain_view& chain) {
    auto first = answer_of(policy.arrange(chain), found);
    if (first != answer_of(policy.arrange(chain), found)) {
      note(found, "asked twice about the same chain, it answers otherwise");
    }
    if (first) check_permutation(*first, chain, Policy::observes, found);
    return first;
  };
  for (auto members : sample_chains()) {
    const std::size_t standing = members.size();
    for (const int priority : {-1, 15, 1000}) {
      members.resize(standing);
      members.push_back({.name = "guard_in",
                         .ours = true,
                         .component = "dogwood",
                         .priority = priority,
                         .whole_name = "guard_in"});
      const auto made = ask({"tcx_ingress", "eth0", members, standing});
      if (!made || !Policy::observes || made->order.size() != members.size()) continue;
      std::vector<chain_member> settled;
      for (const std::size_t member : made->order) {
        if (member < members.size()) settled.push_back(members[member]);
      }
      const auto again = ask({"tcx_ingress", "eth0", settled, settled.size()});
      if (again && !std::is_sorted(again->order.begin(), again->order.end())) {
        note(
            found,
            "programs of ours move round and round: it must leave alone an order that it has made");
      }
    }
  }
}

}  // namespace linchpin::testing::detail
