// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/order.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

using namespace linchpin;

namespace {

using row = std::vector<chain_member>;

chain_member mine(std::string_view component, std::string_view program, int priority) {
  return {
      .name = program.substr(0, 15), .ours = true, .component = component, .priority = priority};
}

chain_member foreign(std::string_view name) {
  return {.name = name};
}

// What the engine does with a placement: the row after it.
row moved(row others, const chain_member& self, const placement& where, std::size_t current) {
  std::size_t at = current;
  switch (where.where) {
    case placement::kind::stay:
      break;
    case placement::kind::first:
      at = 0;
      break;
    case placement::kind::last:
      at = others.size();
      break;
    case placement::kind::before:
      at = where.index;
      break;
    case placement::kind::after:
      at = where.index + 1;
      break;
  }
  REQUIRE(at <= others.size());
  others.insert(others.begin() + static_cast<std::ptrdiff_t>(at), self);
  return others;
}

bool same(const chain_member& left, const chain_member& right) {
  return left.ours == right.ours && left.component == right.component && left.name == right.name;
}

std::size_t position_of(const row& all, const chain_member& wanted) {
  const auto found =
      std::ranges::find_if(all, [&](const auto& member) { return same(member, wanted); });
  REQUIRE(found != all.end());
  return static_cast<std::size_t>(found - all.begin());
}

// Asks the policy about one attached program and does what it says. True if it moved.
template <class Order>
bool settle(row& all, const chain_member& self, const Order& order) {
  const auto current = position_of(all, self);
  auto others = all;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
  const auto where = order.place({self.component, self.name, self.priority}, others, current);
  all = moved(others, self, where, current);
  return where.where != placement::kind::stay;
}

std::vector<std::string> names(const row& all, bool ours) {
  std::vector<std::string> found;
  for (const auto& member : all) {
    if (member.ours == ours) found.emplace_back(member.name);
  }
  return found;
}

// Ours in rank order; "b" and "c" tie on the number, "d1" and "d2" on the component too.
const row ours{mine("z", "a", -5), mine("fw", "b", 10), mine("lb", "c", 10), mine("x", "d1", 20),
               mine("x", "d2", 20)};
const std::vector<std::string> ranked{"a", "b", "c", "d1", "d2"};

template <class Check>
void for_every_permutation(Check check) {
  row members = ours;
  members.insert(members.begin() + 1, foreign("f"));
  members.push_back(foreign("g"));
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), 0U);
  do {
    row all;
    for (const auto index : order) all.push_back(members[index]);
    check(all);
  } while (std::ranges::next_permutation(order).found);
}

}  // namespace

TEST_CASE("append goes last and prepend first, once; attached programs stay", "[policy][order]") {
  const row others{foreign("f"), mine("fw", "b", 0)};
  const program_view self{"lb", "c", 0};
  CHECK(order::append{}.place(self, others, std::nullopt) == placement{placement::kind::last});
  CHECK(order::prepend{}.place(self, others, std::nullopt) == placement{placement::kind::first});
  for (std::size_t current = 0; current <= others.size(); ++current) {
    CHECK(order::append{}.place(self, others, current) == placement{placement::kind::stay});
    CHECK(order::prepend{}.place(self, others, current) == placement{placement::kind::stay});
  }
}

TEST_CASE("priority sorts ours in one pass from the lowest rank, whatever the chain was",
          "[policy][order]") {
  for_every_permutation([](row all) {
    const auto foreign_before = names(all, false);
    for (const auto& self : ours) settle(all, self, order::priority{});
    if (names(all, true) != ranked) FAIL("not sorted");
    if (names(all, false) != foreign_before) FAIL("foreign programs changed their order");
  });
}

TEST_CASE("priority settles in any sequence of asking, and then everybody stays",
          "[policy][order]") {
  for_every_permutation([](row all) {
    std::size_t passes = 0;
    for (bool any_moved = true; any_moved; ++passes) {
      any_moved = false;
      for (auto self = ours.rbegin(); self != ours.rend(); ++self) {
        any_moved = settle(all, *self, order::priority{}) || any_moved;
      }
      if (passes > ours.size()) FAIL("does not settle");
    }
    if (names(all, true) != ranked) FAIL("not sorted");
  });
}

TEST_CASE("a program that priority has just placed stays", "[policy][order]") {
  for_every_permutation([](const row& start) {
    for (const auto& self : ours) {
      auto all = start;
      settle(all, self, order::priority{});
      if (settle(all, self, order::priority{})) FAIL("moved twice");
    }
  });
}

TEST_CASE("priority leaves a sorted chain alone, wherever foreign programs stand in it",
          "[policy][order]") {
  for (std::size_t gap = 0; gap <= ours.size(); ++gap) {
    row all = ours;
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(gap), foreign("f"));
    for (const auto& self : ours) CHECK_FALSE(settle(all, self, order::priority{}));
  }
}

TEST_CASE("a new program goes directly after the last of ours that must precede it",
          "[policy][order]") {
  const row others{foreign("f"), mine("fw", "b", 10), foreign("g"), mine("x", "d", 20)};
  CHECK(order::priority{}.place({"n", "n", 15}, others, std::nullopt) ==
        placement{placement::kind::after, 1});
  CHECK(order::priority{}.place({"n", "n", 99}, others, std::nullopt) ==
        placement{placement::kind::after, 3});
}

TEST_CASE("a new program that precedes all of ours goes directly before the first of them",
          "[policy][order]") {
  const row others{foreign("f"), mine("fw", "b", 10), mine("x", "d", 20)};
  CHECK(order::priority{}.place({"n", "n", 1}, others, std::nullopt) ==
        placement{placement::kind::before, 1});
}

TEST_CASE("a new program among strangers goes last", "[policy][order]") {
  const row others{foreign("f"), foreign("g")};
  CHECK(order::priority{}.place({"n", "n", 1}, others, std::nullopt) ==
        placement{placement::kind::last});
  CHECK(order::priority{}.place({"n", "n", 1}, {}, std::nullopt) ==
        placement{placement::kind::last});
}

TEST_CASE("equal numbers run by component and then by the 15 characters of the program's name",
          "[policy][order]") {
  const row others{mine("lb", "a_very_long_program_name", 0)};
  const auto place = [&](std::string_view component, std::string_view program) {
    return order::priority{}.place({component, program, 0}, others, std::nullopt).where;
  };
  CHECK(place("fw", "z") == placement::kind::before);
  CHECK(place("zz", "a") == placement::kind::after);
  CHECK(place("lb", "a") == placement::kind::before);
  CHECK(place("lb", "b") == placement::kind::after);
  // What the kernel cannot tell apart is not told apart: no rank, so nothing to be placed against.
  CHECK(place("lb", "a_very_long_program_name_2") == placement::kind::last);
}

TEST_CASE("a foreign program's number and name mean nothing to priority", "[policy][order]") {
  chain_member stranger = mine("aa", "aa", -100);
  stranger.ours = false;
  const row others{mine("fw", "b", 10), stranger};
  CHECK(order::priority{}.place({"n", "n", 0}, others, std::nullopt) ==
        placement{placement::kind::before, 0});
}
