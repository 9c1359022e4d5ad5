// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/lock_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using linchpin::detail::flock_holder;

namespace {

constexpr std::string_view table =
    "1: POSIX  ADVISORY  READ  5433 08:01:7864448 128 128\n"
    "2: FLOCK  ADVISORY  WRITE 2001 08:01:7864554 0 EOF\n"
    "2: -> FLOCK  ADVISORY  WRITE 2002 08:01:7864554 0 EOF\n"
    "3: FLOCK  ADVISORY  WRITE 1568 00:2f:32388 0 EOF\n"
    "4: OFDLCK ADVISORY  WRITE -1 00:2f:32389 0 EOF\n"
    "5: FLOCK  ADVISORY  WRITE 0 00:2f:32390 0 EOF\n";

}  // namespace

TEST_CASE("the holder of a lock is found by device and inode", "[kernel][lock]") {
  CHECK(flock_holder(table, 8, 1, 7864554) == 2001);
  CHECK(flock_holder(table, 0, 0x2f, 32388) == 1568);
}

TEST_CASE("locks of other kinds, files and devices are not taken for it", "[kernel][lock]") {
  CHECK_FALSE(flock_holder(table, 8, 1, 7864448));
  CHECK_FALSE(flock_holder(table, 0, 0x2f, 32389));
  CHECK_FALSE(flock_holder(table, 8, 2, 7864554));
  CHECK_FALSE(flock_holder(table, 0, 0x2f, 3238));
  CHECK_FALSE(flock_holder("", 8, 1, 1));
  CHECK_FALSE(flock_holder("2: FLOCK  ADVISORY\n", 8, 1, 1));
}

TEST_CASE("a holder outside of this pid namespace has no pid to name", "[kernel][lock]") {
  CHECK_FALSE(flock_holder(table, 0, 0x2f, 32390));
}

TEST_CASE("a waiter is not the holder", "[kernel][lock]") {
  CHECK_FALSE(flock_holder("2: -> FLOCK  ADVISORY  WRITE 2002 08:01:7 0 EOF\n", 8, 1, 7));
}
