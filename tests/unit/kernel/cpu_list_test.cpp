// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/cpu_list.hpp"

#include <catch2/catch_test_macros.hpp>

using linchpin::detail::count_cpu_list;

TEST_CASE("a CPU list counts single CPUs and ranges", "[kernel][cpu_list]") {
  CHECK(count_cpu_list("0\n") == 1);
  CHECK(count_cpu_list("0-3\n") == 4);
  CHECK(count_cpu_list("0-1,4-5,9") == 5);
  CHECK(count_cpu_list("7") == 1);
}

TEST_CASE("what is not a CPU list is not counted", "[kernel][cpu_list]") {
  for (const auto* text : {"", "\n", "a", "0-", "-3", "3-1", "0,", ",0", "0 1", "0-3;5", "5,1",
                           "0,0", "0-99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(count_cpu_list(text));
  }
}
