// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/tcx/tc_priority.hpp>

#include <catch2/catch_test_macros.hpp>

#include <utility>
#include <vector>

using linchpin::anchor;
using linchpin::anchor_kind;
using linchpin::chain_entry;
using linchpin::errc;
using linchpin::detail::choose_tc_priority;
using linchpin::detail::tc_priority_at;

namespace {

chain_entry filter(std::uint32_t program, std::uint16_t priority) {
  chain_entry entry;
  entry.program = {program};
  entry.tc_priority = priority;
  entry.tc_handle = 1;
  return entry;
}

linchpin::result<std::uint16_t> choose(const std::vector<chain_entry>& entries, const anchor& where,
                                       std::vector<std::uint16_t> others = {}) {
  linchpin::chain seen;
  seen.entries = entries;
  seen.other_priorities = std::move(others);
  return tc_priority_at(seen, where);
}

anchor relative(anchor_kind kind, const chain_entry& to) {
  anchor where;
  where.kind = kind;
  where.relative_to = to;
  return where;
}

anchor at(anchor_kind kind) {
  return relative(kind, {});
}

}  // namespace

TEST_CASE("the first filter stands in the middle of the priorities", "[kernel][tc_priority]") {
  CHECK(choose({}, at(anchor_kind::unordered)).value() == 32768);
  CHECK(choose({}, at(anchor_kind::first)).value() == 32768);
  CHECK(choose({}, at(anchor_kind::last)).value() == 32768);
}

TEST_CASE("filters go to the ends of a chain with room left between", "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 1000), filter(2, 2000)};
  CHECK(choose(chain, at(anchor_kind::unordered)).value() == 2256);
  CHECK(choose(chain, at(anchor_kind::last)).value() == 2256);
  CHECK(choose(chain, at(anchor_kind::first)).value() == 744);
}

TEST_CASE("an anchored filter stands between its neighbours", "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 100), filter(2, 200), filter(3, 203), filter(4, 5000)};
  CHECK(choose(chain, relative(anchor_kind::after, chain[0])).value() == 150);
  CHECK(choose(chain, relative(anchor_kind::before, chain[1])).value() == 150);
  CHECK(choose(chain, relative(anchor_kind::before, chain[2])).value() == 201);
  CHECK(choose(chain, relative(anchor_kind::before, chain[3])).value() == 4744);
  CHECK(choose(chain, relative(anchor_kind::after, chain[2])).value() == 459);
  CHECK(choose(chain, relative(anchor_kind::before, chain[0])).value() == 50);
  CHECK(choose(chain, relative(anchor_kind::after, chain[3])).value() == 5256);
}

TEST_CASE("an anchor may be named by its program alone", "[kernel][tc_priority]") {
  const std::vector chain{filter(7, 100), filter(8, 200)};
  chain_entry named;
  named.program = {8};
  CHECK(choose(chain, relative(anchor_kind::before, named)).value() == 150);
}

TEST_CASE("priorities of filters that are not BPF are not taken", "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 100)};
  CHECK(choose(chain, relative(anchor_kind::after, chain[0]), {102}).value() == 101);
  CHECK(choose(chain, at(anchor_kind::last), {40000}).value() == 40256);
}

TEST_CASE("every place near an end can still be reached", "[kernel][tc_priority]") {
  CHECK(choose({filter(1, 65000)}, at(anchor_kind::last)).value() == 65256);
  CHECK(choose({filter(1, 65534)}, at(anchor_kind::last)).value() == 65535);
  CHECK(choose({filter(1, 2)}, at(anchor_kind::first)).value() == 1);
}

TEST_CASE("a place without a free number is full, and the error says between what",
          "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 1), filter(2, 2), filter(3, 65535)};
  for (const auto& where :
       {at(anchor_kind::first), at(anchor_kind::last), relative(anchor_kind::after, chain[0])}) {
    const auto chosen = choose(chain, where);
    REQUIRE_FALSE(chosen);
    CHECK(chosen.error().is(errc::full));
    CHECK_FALSE(chosen.error().expected().empty());
  }
}

TEST_CASE("an anchor that has left the chain is a conflict", "[kernel][tc_priority]") {
  const auto chosen = choose({filter(1, 100)}, relative(anchor_kind::before, filter(2, 200)));
  REQUIRE_FALSE(chosen);
  CHECK(chosen.error().is(errc::conflict));
  CHECK(chosen.error().retryable());
}

TEST_CASE(
    "a filter that is not BPF keeps its number, and a program gets a free one on either side of it",
    "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 100), filter(2, 104)};
  // Directly behind or in front where a number is free, else on the other side of who is in the way.
  CHECK(choose(chain, relative(anchor_kind::after, chain[0]), {102}).value() == 101);
  CHECK(choose(chain, relative(anchor_kind::after, chain[0]), {101}).value() == 102);
  CHECK(choose(chain, relative(anchor_kind::before, chain[1]), {103}).value() == 101);
  CHECK(choose(chain, relative(anchor_kind::before, chain[1]), {102}).value() == 103);
  const auto full = choose(chain, relative(anchor_kind::after, chain[0]), {101, 102, 103});
  REQUIRE_FALSE(full);
  CHECK(full.error().is(errc::full));
}

TEST_CASE("the ends of a chain lie beyond the filters that are not BPF, where there is room",
          "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 1000)};
  CHECK(choose(chain, at(anchor_kind::first), {500, 2000}).value() == 250);
  CHECK(choose(chain, at(anchor_kind::last), {500, 2000}).value() == 2256);
  CHECK(choose({}, at(anchor_kind::unordered), {500}).value() == 756);
  CHECK(choose(chain, at(anchor_kind::first), {1}).value() == 744);
  CHECK(choose(chain, at(anchor_kind::last), {65535}).value() == 1256);
}

TEST_CASE("two filters at one priority have no place between them", "[kernel][tc_priority]") {
  auto twin = filter(2, 100);
  twin.tc_handle = 2;
  const std::vector chain{filter(1, 100), twin};
  const auto chosen = choose(chain, relative(anchor_kind::after, chain[0]));
  REQUIRE_FALSE(chosen);
  CHECK(chosen.error().is(errc::full));
  CHECK(choose(chain, relative(anchor_kind::after, chain[1])).value() == 356);
}

TEST_CASE("a priority that is asked for is that one or a conflict", "[kernel][tc_priority]") {
  const std::vector chain{filter(1, 100), filter(2, 200)};
  auto behind_the_first = relative(anchor_kind::after, chain[0]);
  for (const std::uint16_t wanted : {101, 150, 199}) {
    behind_the_first.tc_priority = wanted;
    CHECK(choose(chain, behind_the_first).value() == wanted);
  }
  behind_the_first.tc_priority = 150;
  CHECK(choose(chain, behind_the_first, {149, 151}).value() == 150);
  const auto refused = [&](const std::vector<chain_entry>& entries, const anchor& where,
                           std::vector<std::uint16_t> others = {}) {
    const auto chosen = choose(entries, where, std::move(others));
    REQUIRE_FALSE(chosen);
    CHECK(chosen.error().is(errc::conflict));
    CHECK(chosen.error().retryable());
  };
  refused(chain, behind_the_first, {150});
  // Who came between since the plan was made would run on the wrong side, or at the same number.
  refused({chain[0], filter(3, 120), chain[1]}, behind_the_first);
  refused({chain[0], filter(3, 150), chain[1]}, behind_the_first);
  auto in_front = at(anchor_kind::first);
  in_front.tc_priority = 90;
  CHECK(choose(chain, in_front).value() == 90);
  refused({filter(3, 80), chain[0]}, in_front);
  auto behind = at(anchor_kind::last);
  behind.tc_priority = 300;
  CHECK(choose(chain, behind).value() == 300);
  refused({chain[0], filter(3, 400)}, behind);
}

TEST_CASE("a plan asks by how many programs run before", "[kernel][tc_priority]") {
  const std::vector<std::uint16_t> programs{100, 200};
  const std::vector<std::uint16_t> others{150};
  CHECK(choose_tc_priority({programs, others}, 0, anchor_kind::first).value() == 50);
  CHECK(choose_tc_priority({programs, others}, 1, anchor_kind::after).value() == 125);
  CHECK(choose_tc_priority({programs, others}, 2, anchor_kind::last).value() == 456);
  CHECK(choose_tc_priority({}, 0, anchor_kind::last).value() == 32768);
}
