// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>

#include <tuple>

#include "live_run.hpp"

// The property test of tests/unit/property on the running kernel: random desired states while others
// come, go and change our links. The chains are read by bpf(2), not by the library.
//
// Environment: LINCHPIN_TRANSITIONS is how many transitions all tests of this file make together,
// LINCHPIN_SEED replays one sequence. With LINCHPIN_NARROW=1 the library has CAP_BPF and CAP_NET_ADMIN only.

using namespace live_engine;
using namespace property;

namespace {

constexpr std::uint64_t transitions_in_all = 1'000;
// Of those at interfaces, each of which costs tens of milliseconds.
constexpr std::uint64_t one_in = 10;

using ways = std::tuple<way<linchpin::order::append, linchpin::update::in_place>,
                        way<linchpin::order::prepend, linchpin::update::make_before_break>,
                        way<linchpin::order::priority, linchpin::update::in_place>,
                        way<linchpin::order::priority, linchpin::update::recreate>,
                        way<descending, linchpin::update::make_before_break>,
                        way<behind_the_gateway, linchpin::update::in_place>>;

std::uint64_t steps_each(bool interfaces) {
  const auto all = number_from("LINCHPIN_TRANSITIONS").value_or(transitions_in_all);
  const auto share = interfaces ? all / one_in : all - all / one_in;
  return share / std::tuple_size_v<ways> + 1;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "on the running kernel the chains of cgroups and of sk_lookup are the plan's",
    "[kernel][engine][property]", ways) {
  const auto steps = steps_each(false);
  CHECK(live_run{seeds(1).front(), TestType::choice(), false}.go(steps) > steps / 3);
}

TEMPLATE_LIST_TEST_CASE("on the running kernel the chains of an interface are the plan's",
                        "[kernel][engine][property]", ways) {
  const auto steps = steps_each(true);
  CHECK(live_run{seeds(1).front() + 1, TestType::choice(), true}.go(steps) > steps / 3);
}
