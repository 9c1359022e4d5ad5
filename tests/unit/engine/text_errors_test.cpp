// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/plan_form.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "text_samples.hpp"

using namespace linchpin;
using namespace text_test;

namespace {

struct complaint {
  std::string text;
  std::string_view subject;
  std::string_view expected;
  std::string found;
  std::string_view advice = {};
};

// Below the first line and above "end".
std::string desired(std::string_view lines) {
  const bool globals = lines.find("  global ") != std::string_view::npos;
  return fmt::format("linchpin desired {}\n{}end\n", globals ? 2 : 1, lines);
}
// Of a component whose object is told.
std::string within(std::string_view lines) {
  return desired("component fw\n  object file \"fw.o\"\n" + std::string{lines});
}
std::string plan_of(std::string_view lines) {
  return "linchpin plan 1\n" + std::string{lines} + "end\n";
}

template <class Read>
void check(const complaint& wanted, const Read& read) {
  INFO(wanted.text);
  REQUIRE_FALSE(read);
  INFO(read.error().message());
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().subject() == wanted.subject);
  CHECK(read.error().expected() == wanted.expected);
  CHECK(read.error().found() == wanted.found);
  CHECK(read.error().advice() == wanted.advice);
}

}  // namespace

TEST_CASE("a desired state that does not read says where, what was expected and what was found",
          "[engine][text]") {
  const std::string long_word(100, 'x');
  const complaint complaints[] = {
      // The beginning and the end.
      {"", "line 1", "'linchpin desired 1'", "the end of the text"},
      {"\n# nothing\n", "line 3", "'linchpin desired 1'", "the end of the text"},
      {"linchpin plan 1\nend\n", "line 1", "'linchpin desired 1'", "'linchpin' 'plan'"},
      {"linchpin desired\nend\n", "line 1", "a number", "the end of the line"},
      {"linchpin desired 0\nend\n", "line 1", "version 1 to 3", "version 0"},
      {"linchpin desired 1 2\nend\n", "line 1", "the end of the line", "'2'"},
      {"linchpin desired 1\n", "line 2", "'policy', 'component' or 'end'", "the end of the text"},
      {"linchpin desired 1\nend", "line 2", "a line that ends", "the end of the text within it"},
      {desired("") + "component fw\n", "line 3", "the end of the text behind 'end'", "'component'"},
      {desired("end\n"), "line 3", "the end of the text behind 'end'", "'end'"},
      // Words.
      {desired("componnet fw\n"), "line 2", "'policy', 'component' or 'end'", "'componnet'",
       "did you mean 'component'?"},
      {desired(long_word + "\n"), "line 2", "'policy', 'component' or 'end'",
       "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"},
      {desired("\"component\" fw\n"), "line 2", "'policy', 'component' or 'end'",
       "string 'component'"},
      {within("  attach fw tcx_ingres \"eth0\"\n"), "line 4", "a hook family", "'tcx_ingres'",
       "did you mean 'tcx_ingress'?"},
      {within("  attach fw xdp \"eth0\" prioritee 4\n"), "line 4",
       "'in', 'priority', 'by' or the end of the line", "'prioritee'", "did you mean 'priority'?"},
      {within("  attach fw cgroup_connect4 \"/web\" in \"/run/netns/blue\"\n"), "line 4",
       "'priority', 'by' or the end of the line", "'in'"},
      {within("  attach fw xdp \"eth0\" in \"\"\n"), "line 4", "no 'in', which says nothing here",
       "'in' with the value that it has without"},
      {within("  map flows carry copi\n"), "line 4", "a carry method", "'copi'",
       "did you mean 'copy'?"},
      {within("  global limit u8\n"), "line 4", "a number", "the end of the line"},
      {within("  global limit u8 256\n"), "line 4", "a number that fits into 1 bytes", "'256'"},
      {within("  global limit s16 -32769\n"), "line 4", "a number that fits into 2 bytes",
       "'-32769'"},
      {within("  global limit u32 -1\n"), "line 4", "a number from 0 to 18446744073709551615",
       "'-1'"},
      {within("  global limit f32 \"12345\"\n"), "line 4", "4 bytes", "5 bytes"},
      {within("  global limit u32_array \"12345\"\n"), "line 4", "whole numbers of 4 bytes",
       "5 bytes"},
      {within("  global limit u24 1\n"), "line 4", "how a value is written", "'u24'",
       "did you mean 'u64'?"},
      {within("  map flows carry \"copy\"\n"), "line 4", "a carry method", "'copy'",
       "did you mean 'copy'?"},
      {desired("policy order order.append/1\n"), "line 2", "a policy slot", "'order'",
       "there is: attach_order, map_sizing, update_strategy, map_carry, lifetime, recovery, "
       "fallback, "
       "drift"},
      // Something is missing.
      {desired("component\n"), "line 2", "a name", "the end of the line"},
      {desired("component fw\n"), "line 3", "'object', indented by 2 spaces",
       "'end', indented by 0"},
      {desired("component fw\n  attach fw xdp \"eth0\"\n"), "line 3", "'object'", "'attach'"},
      {within("  attach fw\n"), "line 4", "a hook family", "the end of the line"},
      {within("  attach fw xdp\n"), "line 4", "a string in quotes", "the end of the line"},
      {within("  attach fw xdp eth0\n"), "line 4", "a string in quotes", "'eth0'"},
      {within("  map flows carry\n"), "line 4", "a carry method", "the end of the line"},
      {desired("component fw\n  object memory \"fw\"\n"), "line 3", "'digest'",
       "the end of the line"},
      // Twice, and in another sequence.
      {within("component fw\n  object file \"fw.o\"\n"), "line 4", "each component once",
       "a second 'fw'"},
      {within("  map flows\n  map flows\n"), "line 5", "each map of a component once",
       "a second 'flows'"},
      {within("  global limit u8 1\n  global limit u8 2\n"), "line 5",
       "each global of a component once", "a second 'limit'"},
      {within("  object file \"fw.o\"\n"), "line 4",
       "'attach', 'map', 'global', 'prepare' or a line that is indented less",
       "'object' a second time"},
      {within("  map flows\n  attach fw xdp \"eth0\"\n"), "line 5",
       "'map', 'global', 'prepare' or a line that is indented less",
       "'attach', which belongs further up or to the left"},
      {within("policy drift drift.yield/1\n"), "line 4", "'component' or 'end'",
       "'policy', which belongs further up or to the left"},
      {desired("policy drift d/1\npolicy lifetime l/1\n"), "line 3",
       "slots each once and in their order", "'lifetime' behind 'drift'"},
      {desired("policy drift d/1\npolicy drift d/1\n"), "line 3",
       "slots each once and in their order", "'drift' behind 'drift'"},
      {within("  map flows carry copy max_entries 4\n"), "line 4",
       "'entry', 'fill' or the end of the line",
       "'max_entries', which belongs further up or to the left"},
      {within("  map flows carry copy carry copy\n"), "line 4",
       "'entry', 'fill' or the end of the line", "'carry' a second time"},
      {within("  map flows entry 4\n"), "line 4", "a number", "the end of the line"},
      {within("  attach fw tcx_ingress \"eth0\" by tcx,tcx\n"), "line 4", "each word once",
       "'tcx,tcx'"},
      // What says nothing.
      {within("  attach fw xdp \"eth0\" priority 0\n"), "line 4",
       "no 'priority', which says nothing here", "'priority' with the value that it has without"},
      {within("  attach fw tcx_ingress \"eth0\" by tcx,clsact\n"), "line 4",
       "another choice among tcx, clsact than all of them in this order",
       "all of them in this order"},
      {within("  attach fw tcx_ingress \"eth0\" by xdp_native\n"), "line 4",
       "another choice among tcx, clsact than all of them in this order",
       "a mechanism that tcx_ingress does not have"},
      {desired("policy drift \"\"\n"), "line 2", "the id of a policy", "an empty string"},
      // Numbers.
      {within("  map flows max_entries 4294967296\n"), "line 4", "a number from 0 to 4294967295",
       "'4294967296'"},
      {within("  map flows max_entries -1\n"), "line 4", "a number from 0 to 4294967295", "'-1'"},
      {within("  map flows max_entries 007\n"), "line 4", "a number from 0 to 4294967295", "'007'"},
      {within("  map flows max_entries 0x10\n"), "line 4", "a number from 0 to 4294967295",
       "'0x10'"},
      {within("  map flows max_entries \"7\"\n"), "line 4", "a number from 0 to 4294967295", "'7'"},
      {within("  attach fw xdp \"eth0\" priority 2147483648\n"), "line 4",
       "a number from -2147483648 to 2147483647", "'2147483648'"},
      {within("  attach fw xdp \"eth0\" priority -0\n"), "line 4",
       "a number from -2147483648 to 2147483647", "'-0'"},
      {desired("component fw\n  object memory \"fw\" digest 12\n"), "line 3",
       "16 hexadecimal digits", "'12'"},
      {desired("component fw\n  object memory \"fw\" digest 0123456789ABCDEF\n"), "line 3",
       "16 hexadecimal digits", "'0123456789ABCDEF'"},
      // Letters and spaces.
      {desired("component fw!\n"), "line 2",
       "letters, digits and _-./ or quotes around anything else", "'!'"},
      {desired("component f\xc3\xa4\n"), "line 2",
       "letters, digits and _-./ or quotes around anything else", "byte 0xc3"},
      {desired("component\tfw\n"), "line 2",
       "letters, digits and _-./ or quotes around anything else", "byte 0x09"},
      {desired("component fw,rw\n"), "line 2", "a name without commas", "'fw,rw'"},
      {desired("component \"fw\"\n"), "line 2", "a name that needs no quotes without them",
       "string 'fw'"},
      {desired("component \"f w\n"), "line 2", "a quote that ends the string",
       "the end of the line"},
      {desired("component \"f w\\\"\n"), "line 2", "a quote that ends the string",
       "the end of the line"},
      {desired("component \"f w\"fw\n"), "line 2", "a space behind a string", "'f'"},
      {desired("component \"f\xc3\xa4\"\n"), "line 2",
       "\\xNN for a byte that is not printable ASCII", "byte 0xc3"},
      {desired("component \"f\\x20w\"\n"), "line 2",
       "\\\", \\\\ or \\xNN for what is not printable", "string 'f\\x20w'"},
      {desired("component \"f\\nw\"\n"), "line 2", "\\\", \\\\ or \\xNN for what is not printable",
       "string 'f\\nw'"},
      {desired("component \"f\\xC3w\"\n"), "line 2",
       "\\\", \\\\ or \\xNN for what is not printable", "string 'f\\xC3w'"},
      {desired("component  fw\n"), "line 2", "one space between two words", "2"},
      {desired("component fw \n"), "line 2", "the end of the line behind its last word", "a space"},
      {desired("component fw\n object file \"fw.o\"\n"), "line 3",
       "an indentation of two spaces a level", "1 spaces"},
      {desired("component fw\n    object file \"fw.o\"\n"), "line 3",
       "'object', indented by 2 spaces", "'object', indented by 4"},
      {within("    map flows\n"), "line 4",
       "'attach', 'map', 'global', 'prepare' or a line that is indented less, indented by 2 spaces",
       "'map', indented by 4"},
  };
  for (const auto& wanted : complaints) check(wanted, read_desired(wanted.text));
}

TEST_CASE("a plan's text that points to nothing does not read", "[engine][text]") {
  const std::string guard =
      "component guard durable to 1\n"
      "  map flows hash\n"
      "  attach guard_in xdp \"eth0\" at interface 2 how xdp_native what attach why first_start\n";
  const complaint complaints[] = {
      {plan_of(guard + "step load_generation of gaurd\n"), "line 5", "a component of this plan",
       "'gaurd'", "did you mean 'guard'?"},
      {plan_of(guard + "step attach_program of guard after 1\n"), "line 5",
       "'after' below 1, as many as there are", "'1'"},
      {plan_of(guard + "step copy_map of guard before 1\n"), "line 5",
       "'before' below 1, as many as there are", "'1'"},
      {plan_of(guard + "step attach_program of guard after 0 place 4000000000\n"), "line 5",
       "'place' below 0, as many as there are", "'4000000000'"},
      {plan_of(guard + "step verify_chain of guard after 0 chain 0\n"), "line 5",
       "'chain' below 0, as many as there are", "'0'"},
      {plan_of(guard + "removed guard\n"), "line 5", "each component once", "a second 'guard'"},
      {plan_of("component guard lasting\n"), "line 2", "a lifetime", "'lasting'",
       "there is: durable, ephemeral"},
      {plan_of("component guard durable\n  program p 3\n"), "line 3", "'sched_cls'", "'3'"},
      {plan_of("component guard durable\n  program p 4294967296\n"), "line 3",
       "a number from 0 to 4294967295", "'4294967296'"},
      {plan_of("place\n  left\n"), "line 3", "no 'left', which says nothing here",
       "'left' with the value that it has without"},
      {plan_of("step load_generations\n"), "line 2", "a kind of step", "'load_generations'",
       "did you mean 'load_generation'?"},
      {plan_of("step write_index microseconds 4\n"), "line 2",
       "'of', 'before', 'after', 'place', 'generation' or the end of the line", "'microseconds'"},
      {plan_of("component g durable\n  attach p xdp \"eth0\" interface 2\n"), "line 3",
       "'in' or 'at'", "'interface'"},
  };
  for (const auto& wanted : complaints) check(wanted, read_plan(wanted.text));
}

TEST_CASE("what a misspelled component could have meant is not looked for among thousands in vain",
          "[engine][text]") {
  std::string lines;
  for (int i = 100; i < 200; ++i) lines += "removed old" + std::to_string(i) + "\n";
  const auto check_advice = [&lines](const std::string& of, std::string_view advice) {
    check({{}, "line 102", "a component of this plan", "'" + of + "'", advice},
          read_plan(plan_of(lines + "step write_record of " + of + "\n")));
  };
  check_advice("odl117", "did you mean 'old117'?");
  check_advice("nothing-like-it", "");
}

TEST_CASE("a text of a newer version names both versions", "[engine][text]") {
  const auto check_newer = [](const auto& read) {
    REQUIRE_FALSE(read);
    CHECK(read.error().is(errc::newer_format));
    CHECK(read.error().expected() == "version 1 to 3");
    CHECK(read.error().found() == "version 7");
  };
  check_newer(read_desired("linchpin desired 7\nwho knows\n"));
  check_newer(read_plan("linchpin plan 7\nwho knows\n"));
}

TEST_CASE("a text says the oldest version that has all of its lines", "[engine][text]") {
  const std::string component = "component fw\n  object file \"fw.o\"\n";
  const std::string global = "  global limit u8 1\n";
  CHECK(read_desired("linchpin desired 1\n" + component + "end\n"));
  CHECK(read_desired("linchpin desired 2\n" + component + global + "end\n"));
  const auto early = read_desired("linchpin desired 1\n" + component + global + "end\n");
  REQUIRE_FALSE(early);
  CHECK(early.error().is(errc::bad_format));
  CHECK(early.error().subject() == "line 4");
  CHECK(early.error().expected() ==
        "version 2 in the first line, from which on this may stand in a text");
  const auto late = read_desired("linchpin desired 2\n" + component + "end\n");
  REQUIRE_FALSE(late);
  CHECK(late.error().subject() == "line 1");
  CHECK(late.error().expected() == "version 1, since nothing here is of a later one");

  auto plan = sample_plan();
  const auto version_of = [](const plan_form& form) {
    const auto text = write_text(form);
    return text.substr(0, text.find('\n'));
  };
  CHECK(version_of(plan) == "linchpin plan 3");
  auto& component_of_plan = plan.components.front();
  component_of_plan.prepares = false;
  for (auto& map : component_of_plan.maps) {
    map.filled_with.reset();
    map.filled_by_function = false;
  }
  std::erase_if(plan.steps, [](const auto& step) {
    return step.kind == linchpin::step_kind::fill_map ||
           step.kind == linchpin::step_kind::prepare_generation;
  });
  CHECK(version_of(plan) == "linchpin plan 2");
  component_of_plan.globals.clear();
  component_of_plan.left_behind.clear();
  for (auto& map : component_of_plan.maps) {
    map.variables.clear();
    map.left_behind.clear();
    map.copied_once = false;
  }
  CHECK(version_of(plan) == "linchpin plan 1");
  auto with = plan;
  with.components.front().left_behind = {"map flows: gone"};
  CHECK(version_of(with) == "linchpin plan 2");
  with = plan;
  with.components.front().maps.front().copied_once = true;
  CHECK(version_of(with) == "linchpin plan 2");
  with.components.front().maps.front().copied_once = false;
  with.components.front().maps.front().left_behind = {"seen: gone"};
  CHECK(version_of(with) == "linchpin plan 2");
  with.components.front().prepares = true;
  CHECK(version_of(with) == "linchpin plan 3");
  with = plan;
  with.components.front().maps.front().filled_with = 0;
  CHECK(version_of(with) == "linchpin plan 3");
  with = plan;
  with.components.front().maps.front().filled_by_function = true;
  CHECK(version_of(with) == "linchpin plan 3");
}

TEST_CASE("a text that lost its tail does not read", "[engine][text]") {
  const auto asked = write_text(sample_desired()), planned = write_text(sample_plan());
  const auto sources = sample_sources();
  for (std::size_t length = 0; length < asked.size(); ++length) {
    INFO(length);
    REQUIRE_FALSE(read_desired(std::string_view{asked}.substr(0, length), sources));
  }
  for (std::size_t length = 0; length < planned.size(); ++length) {
    INFO(length);
    REQUIRE_FALSE(read_plan(std::string_view{planned}.substr(0, length)));
  }
}

TEST_CASE("a text beyond the limit is refused before it is looked at", "[engine][text]") {
  auto text = desired("");
  text.append(text_limits::bytes - text.size(), '\n');
  CHECK(read_desired(text));
  text += '\n';
  const auto told = read_desired(text);
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::bad_format));
  CHECK(told.error().expected() == "at most 16777216 bytes");
  CHECK(told.error().found() == "16777217 bytes");
}
