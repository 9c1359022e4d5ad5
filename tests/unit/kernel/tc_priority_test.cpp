// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/drivers/tc_priority.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using linchpin::anchor;
using linchpin::anchor_kind;
using linchpin::chain_entry;
using linchpin::errc;
using linchpin::detail::choose_tc_priority;

namespace {

chain_entry filter(std::uint32_t program, std::uint16_t priority) {
  chain_entry entry;
  entry.program = {program};
  entry.tc_priority = priority;
  entry.tc_handle = 1;
  return entry;
}

linchpin::result<std::uint16_t> choose(const std::vector<chain_entry>& entries, const anchor& where,
                                       std::vector<std::uint16_t> taken = {}) {
  if (taken.empty()) {
    for (const auto& entry : entries) taken.push_back(entry.tc_priority);
  }
  return choose_tc_priority(taken, entries, where);
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
  CHECK(choose(chain, relative(anchor_kind::after, chain[0]), {100, 102}).value() == 101);
  CHECK(choose(chain, at(anchor_kind::last), {100, 40000}).value() == 40256);
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
