// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "globals.hpp"

#include <array>

#include "kconfig.bpf.hpp"

using namespace engine_test;
using linchpin::errc;

namespace {

struct sampled : machine {
  template <class Value>
  Value read(std::string_view name, std::span<const std::byte> object = bpf_objects::globals()) {
    return variable<Value>(edge, kernel, object, name);
  }

  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

linchpin::desired_component sampling_every(std::uint32_t packets) {
  auto made = sampler();
  made.global("sample_every", packets);
  return made;
}

bool has_line(const std::string& text, std::string_view line) {
  return text.find("  " + std::string{line} + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a global is set before the programs are loaded, whatever it is", "[engine][globals]") {
  sampled host;
  auto made = sampling_every(100);
  made.global("shift", std::int16_t{-3});
  made.global("verbose", true);
  made.global("mode", 1);
  made.global("ratio", 0.25);
  made.global("prefix", prefix{{192, 168, 0}, 16});
  made.global("table", std::array<std::uint32_t, 4>{5, 6, 7, 8});
  made.global("limit", 70u);
  made.global("seen", std::uint64_t{1000});
  const auto plan = must(host.edge.plan({made}));
  INFO(plan.text());
  CHECK(has_line(plan.text(), "global      sample_every: 100"));
  CHECK(has_line(plan.text(), "global      shift: -3"));
  CHECK(has_line(plan.text(), "global      ratio: 0.25"));
  CHECK(has_line(plan.text(), "global      prefix: c0a80010"));
  must(host.edge.apply(plan));
  CHECK(host.read<std::uint32_t>("sample_every") == 100);
  CHECK(host.read<std::int16_t>("shift") == -3);
  CHECK(host.read<bool>("verbose"));
  CHECK(host.read<std::uint32_t>("mode") == 1);
  CHECK(host.read<double>("ratio") == 0.25);
  CHECK(host.read<prefix>("prefix").length == 16);
  CHECK(host.read<std::array<std::uint32_t, 4>>("table")[3] == 8);
  CHECK(host.read<std::uint32_t>("limit") == 70);
  CHECK(host.read<std::uint64_t>("seen") == 1000);
  check_settled(host.edge, {made});
}

TEST_CASE("a global that is set to another value is another generation", "[engine][globals]") {
  sampled host;
  must(host.edge.apply({sampling_every(50)}));
  const auto check = [&host](const linchpin::desired_component& next, std::string_view because) {
    const auto plan = must(host.edge.plan({next}));
    INFO(plan.text());
    CHECK(has_line(plan.text(), "because     " + std::string{because}));
    const auto report = must(host.edge.apply(plan));
    CHECK(report.loaded == 1);
    check_settled(host.edge, {next});
  };
  check(sampling_every(100), "global sample_every: 50 -> 100");
  CHECK(host.read<std::uint32_t>("sample_every") == 100);
  check(sampler(), "global sample_every: 100 -> as in the object");
  CHECK(host.read<std::uint32_t>("sample_every") == 2);
  auto several = sampler();
  several.global("shift", std::int16_t{-7});
  several.global("prefix", prefix{{10, 0, 0}, 24});
  check(several, "global shift: as in the object -> -7");
  several.global("prefix", prefix{{10, 1, 0}, 24});
  check(several, "global prefix: 0a000018 -> 0a010018");
}

TEST_CASE("the sequence in which globals are set changes nothing", "[engine][globals]") {
  sampled host;
  auto one = sampling_every(3);
  one.global("limit", 4u);
  must(host.edge.apply({one}));
  auto other = sampler();
  other.global("limit", 9u);
  other.global("sample_every", 3u);
  other.global("limit", 4u);
  check_nothing_to_plan(host.edge, {other});
}

TEST_CASE("a restart finds the globals as they are", "[engine][globals]") {
  machine host;
  {
    fake_kernel kernel{host};
    must(open(kernel).apply({sampling_every(50)}));
  }
  fake_kernel kernel{host};
  auto edge = open(kernel);
  check_settled(edge, {sampling_every(50)});
  const auto changed = must(edge.plan({sampling_every(51)}));
  CHECK(has_line(changed.text(), "because     global sample_every: 50 -> 51"));
}

TEST_CASE("a global that cannot be set is refused before anything changes", "[engine][globals]") {
  sampled host;
  must(host.edge.apply({sampling_every(50)}));
  const auto before = host.text();
  const auto refusal = [&host](const auto& name, auto value) {
    auto made = sampler();
    made.global(name, value);
    auto told = refused(host.edge.plan({made}));
    INFO(told.message());
    CHECK(told.is(linchpin::outcome::nothing_tried));
    CHECK(told.subject() == "component sampler, global " + std::string{name});
    return told;
  };
  SECTION("a name that is nearly one") {
    const auto told = refusal("sample_evry", 1u);
    CHECK(told.is(errc::not_found));
    CHECK(told.advice() == "did you mean 'sample_every'?");
  }
  SECTION("a name of something else") {
    const auto told = refusal("backlog_of_the_whole_machine", 1u);
    CHECK(told.is(errc::not_found));
    CHECK(told.found().find("sample_every, shift") != std::string_view::npos);
    CHECK(told.advice().find("optimised away") != std::string_view::npos);
  }
  SECTION("a constant that the compiler has put into the instructions") {
    const auto told = refusal("folded", 5u);
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.found().starts_with("a constant, of which"));
    CHECK(told.advice() == "declare it const volatile in the source");
  }
  SECTION("a constant that is also read where it is") {
    CHECK(refusal("stored", 5u).is(errc::invalid_argument));
  }
  SECTION("a static variable of which the compiler knows all values") {
    const auto told = refusal("globals_in.packets", std::uint64_t{2000});
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.found().starts_with("a static one that is not volatile"));
    CHECK(told.advice() == "declare it volatile in the source, or not static");
  }
  SECTION("another size") {
    const auto told = refusal("sample_every", std::uint64_t{1});
    CHECK(told.is(errc::layout_mismatch));
    CHECK(told.expected() == "4 bytes, unsigned int, as in the object");
    CHECK(told.found() == "8 bytes, an unsigned number");
  }
  SECTION("another kind") {
    CHECK(refusal("sample_every", 1.0F).found() == "4 bytes, a floating-point number");
    CHECK(refusal("sample_every", prefix{}).found() == "4 bytes, a struct or an array");
    CHECK(refusal("prefix", 1u).expected() == "4 bytes, struct prefix, as in the object");
    CHECK(refusal("ratio", std::int64_t{1}).is(errc::layout_mismatch));
  }
  SECTION("a number that would be another one") {
    CHECK(refusal("sample_every", -1).found() ==
          "-1, a signed number, which is another number there");
    CHECK(refusal("shift", std::uint16_t{40000}).is(errc::layout_mismatch));
  }
  SECTION("an address") {
    CHECK(refusal("kept", std::uint64_t{1}).is(errc::layout_mismatch));
  }
  CHECK(host.text() == before);
  check_settled(host.edge, {sampling_every(50)});
}

TEST_CASE("a setting of the kernel is no global to set", "[engine][globals]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto image = must(elf(bpf_objects::kconfig()).read());
  const auto& all = image.spec().variables;
  const auto setting = std::find_if(
      all.begin(), all.end(), [](const auto& variable) { return variable.map == ".kconfig"; });
  REQUIRE(setting != all.end());
  linchpin::desired_component made{"settings", elf(bpf_objects::kconfig())};
  made.global(setting->name, std::vector<std::byte>(setting->size));
  const auto told = refused(edge.plan({made}));
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.found() == "a setting of the kernel (__kconfig), which libbpf fills in");
}

TEST_CASE("bytes of which nothing is known are set where their number fits", "[engine][globals]") {
  sampled host;
  auto made = sampler();
  const std::vector<std::byte> four{std::byte{1}, std::byte{2}, std::byte{0}, std::byte{0}};
  made.global("sample_every", four);
  must(host.edge.apply({made}));
  CHECK(host.read<std::uint32_t>("sample_every") == 513);
  made.global("sample_every", std::span{four}.first(3));
  CHECK(refused(host.edge.plan({made})).found() == "3 bytes");
}
