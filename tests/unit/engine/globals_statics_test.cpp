// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/plan_form.hpp>

#include <algorithm>
#include <array>

#include "shapes.hpp"
#include "statics.bpf.hpp"
#include "statics_v2.bpf.hpp"

// What identifies a variable between two objects, and what does not.

using namespace engine_test;
using linchpin::errc;

namespace {

struct both_halves {
  std::uint64_t left;
  std::uint64_t right;
};

linchpin::desired_component with_statics(
    std::span<const std::byte> object = bpf_objects::statics()) {
  linchpin::desired_component made{"sampler", elf(object)};
  made.attach("statics_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

struct host_of_statics : machine {
  host_of_statics() { must(edge.apply({with_statics()})); }

  template <class Value>
  void write(std::string_view name, Value value,
             std::span<const std::byte> object = bpf_objects::statics()) {
    write_variable(edge, kernel, object, name, value);
  }
  template <class Value>
  Value read(std::string_view name, std::span<const std::byte> object = bpf_objects::statics_v2()) {
    return variable<Value>(edge, kernel, object, name);
  }

  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

}  // namespace

TEST_CASE("a variable that is no longer set has the value of the object",
          "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto set = sampler();
  set.global("limit", 3u);
  must(edge.apply({set}));
  write_variable(edge, kernel, bpf_objects::globals(), "seen", std::uint64_t{1000});
  const auto plan = must(edge.plan({sampler()}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  because     global limit: 3 -> as in the object\n"));
  CHECK(says(plan.text(), "  not carried limit: it is no longer set\n"));
  must(edge.apply(plan));
  const auto object = bpf_objects::globals();
  CHECK(variable<std::uint32_t>(edge, kernel, object, "limit") == 7);
  CHECK(variable<std::uint64_t>(edge, kernel, object, "seen") == 1000);
  check_settled(edge, {sampler()});
}

TEST_CASE("setting a constant to what it is makes no generation", "[engine][globals]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({sampler()}));
  auto same = sampler();
  same.global("sample_every", 2u);
  same.global("prefix", prefix{{10, 0, 0}, 8});
  check_nothing_to_plan(edge, {same});
  auto other = same;
  other.global("sample_every", 3u);
  must(edge.apply({other}));
  check_nothing_to_plan(edge, {other});
  other = sampler();
  other.global("sample_every", 3u);
  check_nothing_to_plan(edge, {other});
  // One that programs write starts anew with what is set.
  other.global("limit", 7u);
  CHECK(says(must(edge.plan({other})).text(), "global limit: as in the object -> 7"));
}

TEST_CASE("static variables that the compiler has numbered keep nothing in another object",
          "[engine][globals][carry]") {
  host_of_statics host;
  host.write("statics_in.count", std::uint64_t{100});
  host.write("statics_in.count.1", std::uint64_t{200});
  host.write("statics_out.turns", std::uint64_t{300});
  host.write("statics_out.turns.2", std::uint64_t{400});
  host.write("seen", std::uint64_t{500});
  const auto next = with_statics(bpf_objects::statics_v2());
  const auto plan = must(host.edge.plan({next}));
  INFO(plan.text());
  for (const auto* name : {"statics_in.count", "statics_in.count.1", "statics_in.count.2",
                           "statics_out.turns", "statics_out.turns.3", "halves.0"}) {
    CHECK(says(plan.text(), fmt::format("  not carried {}: the compiler has numbered", name)));
  }
  CHECK(says(plan.text(),
             "  not carried statics_out.turns.2: the next object has none of that name\n"));
  must(host.edge.apply(plan));
  for (const auto* name : {"statics_in.count", "statics_in.count.1", "statics_in.count.2",
                           "statics_out.turns", "statics_out.turns.3", "halves.0"}) {
    CHECK(host.read<std::uint64_t>(name) == 0);
  }
  CHECK(host.read<std::uint64_t>("seen") == 500);
}

TEST_CASE("what the compiler may keep in another way is not carried into another object",
          "[engine][globals][carry]") {
  host_of_statics host;
  host.write("mode", std::uint8_t{1});  // 3, in the source
  host.write("level", std::uint8_t{1});
  host.write("watched", std::uint8_t{9});
  const auto plan = must(host.edge.plan({with_statics(bpf_objects::statics_v2())}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  not carried mode: int in 1 byte -> int\n"));
  for (const auto* name : {"level", "armed"}) {
    CHECK(says(plan.text(), fmt::format("  not carried {}: static, so that the compiler", name)));
  }
  must(host.edge.apply(plan));
  CHECK(host.read<std::uint32_t>("mode") == 0);
  CHECK(host.read<std::uint8_t>("level") == 0);
  CHECK(host.read<std::uint8_t>("watched") == 9);
}

TEST_CASE("all variables of the same object go on, whatever the compiler made of them",
          "[engine][globals][carry]") {
  host_of_statics host;
  host.write("statics_in.count.1", std::uint64_t{200});
  host.write("halves.1", std::uint64_t{300});
  host.write("mode", std::uint8_t{1});
  host.write("armed", std::uint8_t{1});
  auto next = with_statics();
  next.global("seen", std::uint64_t{7});
  const auto plan = must(host.edge.plan({next}));
  INFO(plan.text());
  const auto bss =
      std::find_if(plan.components().front().maps.begin(), plan.components().front().maps.end(),
                   [](const auto& map) { return map.spec.name == ".bss"; });
  REQUIRE(bss != plan.components().front().maps.end());
  CHECK(bss->left_behind == std::vector<std::string>{"seen: set by the component, starts at 7"});
  must(host.edge.apply(plan));
  const auto object = bpf_objects::statics();
  CHECK(host.read<std::uint64_t>("statics_in.count.1", object) == 200);
  CHECK(host.read<std::uint64_t>("halves.1", object) == 300);
  CHECK(host.read<std::uint8_t>("mode", object) == 1);
  CHECK(host.read<std::uint8_t>("armed", object) == 1);
  CHECK(host.read<std::uint64_t>("seen", object) == 7);
}

TEST_CASE("a plan names the variables that the next object no longer has",
          "[engine][globals][carry]") {
  host_of_statics host;
  const auto text = must(host.edge.plan({with_statics(bpf_objects::statics_v2())})).text();
  INFO(text);
  CHECK(says(text, "  not carried renamed: the next object has none of that name\n"));
  CHECK(says(text, "  not carried gone: the next object has none of that name\n"));
  CHECK_FALSE(says(text, "gone.left"));
  auto given_up = with_statics(bpf_objects::statics_v2());
  given_up.map(".bss").carry(linchpin::carry::discard{});
  CHECK_FALSE(says(must(host.edge.plan({given_up})).text(), "renamed"));
}

TEST_CASE("a plan names the maps that the next object no longer has", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({sampler()}));
  linchpin::desired_component next{"sampler", elf(bpf_objects::statics())};
  next.attach("statics_in", linchpin::hook::tcx_ingress{"eth0"});
  const auto plan = must(edge.plan({next}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  not carried map slots: the next object has none of that name\n"));
  CHECK(says(plan.text(), "  not carried map .data: the next object has none of that name\n"));
  CHECK(plan.form().components.front().left_behind == plan.components().front().left_behind);
}

TEST_CASE("a static variable that the compiler may keep in another way cannot be set",
          "[engine][globals]") {
  host_of_statics host;
  const auto refusal = [&host](std::string name, auto value) {
    auto made = with_statics();
    made.global(std::move(name), value);
    return refused(host.edge.plan({made}));
  };
  const auto told = refusal("mode", std::int8_t{1});
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.found() ==
        "a static int in 1 byte, which may be no more than a truth value, or a part of a struct");
  CHECK(told.advice() == "declare it volatile in the source, or not static");
  CHECK(refusal("mode", 1).is(errc::invalid_argument));
  CHECK(refusal("level", std::uint8_t{1}).is(errc::invalid_argument));
  CHECK(refusal("halves.0", std::uint64_t{1}).is(errc::invalid_argument));
  auto made = with_statics();
  made.global("watched", std::uint8_t{4});
  must(host.edge.apply({made}));
  CHECK(host.read<std::uint8_t>("watched", bpf_objects::statics()) == 4);
}

TEST_CASE("an array of numbers is set by numbers of the same size and kind", "[engine][globals]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto found = [&edge](std::string name, auto value) {
    auto made = sampler();
    made.global(std::move(name), value);
    const auto told = refused(edge.plan({made}));
    CHECK(told.is(errc::layout_mismatch));
    return std::string{told.found()};
  };
  CHECK(found("table", std::array<std::uint64_t, 2>{}) ==
        "16 bytes, an array of unsigned numbers of 8 bytes");
  CHECK(found("table", std::array<std::uint16_t, 8>{}) ==
        "16 bytes, an array of unsigned numbers of 2 bytes");
  CHECK(found("table", std::array<float, 4>{}) ==
        "16 bytes, an array of floating-point numbers of 4 bytes");
  CHECK(found("table", std::array<std::int32_t, 4>{0, -1, 0, 0}) ==
        "16 bytes, an array of signed numbers of 4 bytes");
  CHECK(found("table", both_halves{1, 2}) == "16 bytes, a struct or an array");
  CHECK(found("verbose", std::uint8_t{2}) == "2, where 0 and 1 are all that a truth value can be");
  const std::array two{std::byte{2}};
  CHECK(found("verbose", std::span<const std::byte>{two}) ==
        "2, where 0 and 1 are all that a truth value can be");
  auto made = sampler();
  made.global("table", std::array<std::array<std::int32_t, 2>, 2>{{{1, 2}, {3, 4}}});
  made.global("prefix", std::array<std::uint8_t, 4>{10, 1, 0, 16});
  made.global("parities", both_halves{3, 4});
  made.global("verbose", std::uint8_t{1});
  must(edge.apply({made}));
  const auto object = bpf_objects::globals();
  CHECK(variable<std::array<std::uint32_t, 4>>(edge, kernel, object, "table")[3] == 4);
  CHECK(variable<prefix>(edge, kernel, object, "prefix").length == 16);
}
