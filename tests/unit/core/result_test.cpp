// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/result.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <type_traits>
#include <utility>

using linchpin::errc;
using linchpin::error;
using linchpin::failure;
using linchpin::result;

namespace {

struct move_only {
  explicit move_only(int number) : number(number) {}
  move_only(move_only&&) = default;
  move_only& operator=(move_only&&) = default;
  int number;
};

result<int> half(int number) {
  if (number % 2 != 0) return error{errc::invalid_argument, "half", "an odd number"};
  return number / 2;
}

}  // namespace

static_assert(!std::is_copy_constructible_v<result<move_only>>);
static_assert(std::is_nothrow_move_constructible_v<result<std::string>>);

TEST_CASE("a result holds a value or an error", "[core][result]") {
  CHECK(half(8).value() == 4);
  const auto odd = half(3);
  REQUIRE_FALSE(odd);
  CHECK(odd.error().is(errc::invalid_argument));
}

TEST_CASE("value() throws a failure with the same content", "[core][result]") {
  try {
    half(3).value();
    FAIL("nothing was thrown");
  } catch (const failure& thrown) {
    CHECK(thrown.error().subject() == "an odd number");
    CHECK(thrown.code() == errc::invalid_argument);
  }
}

TEST_CASE("results chain and stop at the first error", "[core][result]") {
  CHECK(half(8).and_then(half).and_then(half).value() == 1);
  CHECK(half(6).and_then(half).error().is(errc::invalid_argument));
  CHECK(half(8).transform([](int number) { return std::to_string(number); }).value() == "4");
  CHECK(half(3).or_else([](const error&) -> result<int> { return -1; }).value() == -1);
}

TEST_CASE("a result of a move-only type moves out", "[core][result]") {
  result<move_only> made{move_only{7}};
  const move_only taken = *std::move(made);
  CHECK(taken.number == 7);
  made = error{errc::busy, "again"};
  CHECK_FALSE(made.has_value());
}

TEST_CASE("assigning a result over another destroys what was there", "[core][result]") {
  result<std::string> text{std::string(64, 'a')};
  text = error{errc::full, "write"};
  CHECK(text.error().is(errc::full));
  text = std::string(64, 'b');
  CHECK(text->front() == 'b');
}
