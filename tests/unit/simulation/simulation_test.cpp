// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/property/chooser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstdio>
#include <string>

#include "schedule.hpp"

// Several services, each with its own policies, and strangers on one machine in memory. Between any two
// kernel calls of one the others act, calls fail or lose their answers, and processes die. Which of that
// happens when comes from one seed.
//
// Environment: LINCHPIN_SIMULATION_SCHEDULES is how many schedules run, LINCHPIN_SEED the seed from which
// they come, LINCHPIN_SIMULATION_SCHEDULE runs the one of that number only. A failure says these.

using property::number_from;
using simulation::schedule;

namespace {

constexpr std::uint64_t schedules_in_all = 500;
constexpr unsigned most_failures = 3;  // each with its trace

std::string traced(std::uint64_t seed, std::uint64_t number) {
  schedule again{seed, number, true};
  again.run();
  std::string text;
  for (const auto& line : again.lines()) text += line + "\n";
  return text + again.machine_text();
}

void tell(std::uint64_t seed, std::uint64_t number, const std::string& why) {
  std::fputs(traced(seed, number).c_str(), stdout);
  std::fflush(stdout);
  FAIL_CHECK(why << "\nreplay: LINCHPIN_SEED=" << seed << " LINCHPIN_SIMULATION_SCHEDULE=" << number
                 << " build/tests/unit/linchpin_unit_tests '[simulation]'");
}

}  // namespace

TEST_CASE(
    "services that share a machine with strangers keep to what is theirs and get what they ask for",
    "[simulation]") {
  const auto seed = property::seeds(1).front();
  const auto only = number_from("LINCHPIN_SIMULATION_SCHEDULE");
  const auto first = only.value_or(1);
  const auto last =
      only.value_or(number_from("LINCHPIN_SIMULATION_SCHEDULES").value_or(schedules_in_all));
  std::uint64_t acts = 0, runs = 0;
  unsigned failures = 0;
  for (auto number = first; number <= last && failures != most_failures; ++number) {
    schedule next{seed, number, false};
    const auto why = next.run();
    acts += next.acts();
    ++runs;
    if (why.empty()) continue;
    tell(seed, number, why);
    ++failures;
  }
  // A simulation in which nothing happens shows nothing.
  CHECK(acts > 20 * runs);
}

TEST_CASE("a seed gives the same schedule every time, and another seed another one",
          "[simulation]") {
  for (std::uint64_t number = 1; number <= 5; ++number) {
    const auto once = traced(1, number);
    CHECK(once.size() > 1000);
    CHECK(once == traced(1, number));
    CHECK(once != traced(2, number));
  }
}
