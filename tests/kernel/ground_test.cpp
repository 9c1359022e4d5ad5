// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

TEST_CASE("the kernel suite runs with privilege", "[kernel][ground]") {
  REQUIRE(geteuid() == 0);
}
