// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/next_generation.hpp>
#include <linchpin/engine/plan_form.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "filling.hpp"
#include "scene.hpp"

// What the texts of desired states and plans say of fills and preparations.

using namespace engine_test;
using linchpin::errc;
using linchpin::map_entries;
using linchpin::next_generation;
using linchpin::result;

namespace {

linchpin::desired_component from_file() {
  return {"guard", linchpin::object_source::file("guard.o")};
}

std::string text_with(const std::string& lines) {
  return "linchpin desired 3\ncomponent guard\n  object file \"guard.o\"\n" + lines + "end\n";
}

}  // namespace

TEST_CASE("a desired state with a function has a text, which does not read",
          "[engine][fill][text]") {
  auto asked = from_file();
  std::string lines;
  std::string expected;
  SECTION("that fills a map") {
    asked.map("flows").fill([]() -> result<map_entries> { return flow_entries({}); });
    lines = "  map flows fill function\n";
    expected = "the entries of a map as a value";
  }
  SECTION("that prepares a generation") {
    asked.prepare([](next_generation&) -> result<void> { return {}; });
    lines = "  prepare function\n";
    expected = "the preparation of a generation as a value";
  }
  const auto text = write_text(linchpin::desired_state{{}, {asked}});
  CHECK(text == text_with(lines));
  const auto read = linchpin::read_desired(text);
  REQUIRE_FALSE(read);
  INFO(read.error().message());
  CHECK(read.error().is(errc::unsupported));
  CHECK(read.error().subject() == "line 4");
  CHECK(read.error().expected() == expected);
  CHECK(read.error().found() == "a function of the process that wrote the text");
}

TEST_CASE("entries that a text gives have the sizes that it says", "[engine][fill][text]") {
  const auto told = [](const std::string& lines) {
    const auto read = linchpin::read_desired(text_with(lines));
    REQUIRE_FALSE(read);
    INFO(read.error().message());
    CHECK(read.error().is(errc::bad_format));
    CHECK(read.error().subject() == "line 5");
    return read.error();
  };
  const auto longer = told("  map flows fill entries 1 1\n    with \"ab\" \"c\"\n");
  CHECK(longer.expected() == "a key of 1 bytes and a value of 1");
  CHECK(longer.found() == "2 and 1 bytes");
  CHECK(told("  map flows fill entries 0 0\n    with \"\" \"\"\n").expected() ==
        "no entries, since a key has no bytes");
  const auto early = linchpin::read_desired(
      "linchpin desired 2\ncomponent guard\n  object file \"guard.o\"\n"
      "  map flows fill entries 1 1\nend\n");
  REQUIRE_FALSE(early);
  CHECK(early.error().is(errc::bad_format));
  CHECK(early.error().expected() ==
        "version 3 in the first line, from which on this may stand in a text");
  CHECK(told("  map flows\n    with \"a\" \"b\"\n").found() == "'with', indented by 4");
}

TEST_CASE("components with the same fill are equal, and those with other functions are not",
          "[engine][fill]") {
  const auto fills = [](const counts& packets) {
    auto made = from_file();
    made.map("flows").fill(flow_entries(packets));
    return made;
  };
  CHECK(fills({{1, 10}}) == fills({{1, 10}}));
  CHECK_FALSE(fills({{1, 10}}) == fills({{1, 11}}));
  CHECK_FALSE(fills({}) == from_file());
  const auto prepared = [] {
    auto made = from_file();
    made.prepare([](next_generation&) -> result<void> { return {}; });
    return made;
  };
  const std::vector copies(2, prepared());
  CHECK(copies[0] == copies[1]);
  CHECK_FALSE(copies[0] == prepared());
}

TEST_CASE("an empty function neither fills nor prepares", "[engine][fill]") {
  auto asked = from_file();
  asked.map("flows");
  const auto plain = asked;
  asked.map("flows").fill(linchpin::fill_function{});
  asked.map("flows").fill(std::function<result<map_entries>()>{});
  asked.prepare({});
  asked.prepare(std::function<result<void>(linchpin::next_generation&)>{});
  result<void> (*nothing)(linchpin::next_generation&) = nullptr;
  asked.prepare(nothing);
  CHECK(asked == plain);
}

TEST_CASE("a plan's form tells what is filled and prepared, and reads back",
          "[engine][fill][text]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto wanted = filling({{1, 10}, {2, 20}});
  wanted.map("totals").carry(linchpin::carry::discard{}).fill([]() -> result<map_entries> {
    return map_entries{4, 8, {}, {}};
  });
  wanted.prepare([](next_generation&) -> result<void> { return {}; });
  const auto plan = must(edge.plan({wanted}));
  const auto text = write_text(plan.form());
  INFO(text);
  for (const std::string_view part :
       {" prepares\n", "max_entries 64 filled_with 2\n", "max_entries 4 filled_by_function\n",
        "step fill_map of guard before 0 generation 1\nstep fill_map "
        "of guard before 1 generation 1\n"
        "step prepare_generation of guard generation 1\nstep "
        "pin_generation of guard generation 1\n"}) {
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(must(linchpin::read_plan(text)) == plan.form());
  std::string steps;
  for (const auto& step : plan.steps()) steps += plan.text(step) + "\n";
  CHECK(steps.find("fill map flows, component guard\n") != std::string::npos);
  CHECK(steps.find("prepare generation 1, component guard\n") != std::string::npos);
}
