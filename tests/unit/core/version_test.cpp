// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/version.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("the library says the version that its headers have") {
  CHECK(linchpin::version() == linchpin::header_version);
}

TEST_CASE("versions are ordered by their numbers, the major one first") {
  CHECK(linchpin::version_number{1, 0, 0} > linchpin::version_number{0, 12, 3});
  CHECK(linchpin::version_number{0, 12, 0} > linchpin::version_number{0, 9, 7});
  CHECK(linchpin::version_number{0, 9, 7} > linchpin::version_number{0, 9, 6});
}
