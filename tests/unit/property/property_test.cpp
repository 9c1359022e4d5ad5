// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>

#include <iterator>
#include <tuple>

#include "run.hpp"

// Random transitions between random desired states, while others do what they please. After each
// success the raw chains are what the order policy promises and what the plan said, nothing is left to
// plan, and exactly what belongs to the components is there; after each refusal nothing has changed.
//
// A failure prints one line to replay it: LINCHPIN_SEED=<seed> and the test's name. Environment:
// LINCHPIN_TRANSITIONS is how many transitions all tests of this file make together.

using namespace property;

namespace {

constexpr std::uint64_t transitions_in_all = 20'000;
constexpr std::size_t seeds_each = 5;

template <class Order>
using all_updates = std::tuple<way<Order, linchpin::update::in_place>,
                               way<Order, linchpin::update::make_before_break>,
                               way<Order, linchpin::update::recreate>>;
using ways = decltype(std::tuple_cat(
    all_updates<linchpin::order::append>{}, all_updates<linchpin::order::prepend>{},
    all_updates<linchpin::order::priority>{}, all_updates<descending>{},
    all_updates<behind_the_gateway>{}, all_updates<around_the_strangers>{}));

constexpr machine_kind machine_kinds[] = {
    {"tcx, cgroups with order", true, true},
    {"clsact, cgroups with order", false, true},
    {"tcx, cgroups without order", true, false},
    {"clsact, cgroups without order", false, false},
};

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "whatever is asked for and whatever others do, the chains are the plan's and "
    "nothing is left to plan",
    "[property]", ways) {
  const auto all = number_from("LINCHPIN_TRANSITIONS").value_or(transitions_in_all);
  const auto chosen = seeds(seeds_each);
  const auto runs = std::tuple_size_v<ways> * std::size(machine_kinds) * chosen.size();
  const auto steps = all / runs + 1;
  tally sum;
  for (const auto& kind : machine_kinds) {
    for (const auto seed : chosen) {
      const auto counted = run{seed, TestType::choice(), kind}.go(steps);
      sum.applied += counted.applied;
      sum.changed += counted.changed;
      sum.refused += counted.refused;
    }
  }
  INFO(sum.applied << " applied, of which " << sum.changed << " changed something; " << sum.refused
                   << " refused");
  // A test in which nothing happens proves nothing.
  CHECK(sum.changed > sum.refused);
}
