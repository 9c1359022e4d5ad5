// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <bpf/bpf.h>

#include "kernel/engine/stage.hpp"
#include "many_maps.bpf.hpp"
#include "turnstile_broken.bpf.hpp"
#include "turnstile_wide.bpf.hpp"

// Maps of another layout and programs that a kernel does not take.

using namespace live_engine;
using linchpin::errc;
using linchpin::testing::child_end;
using linchpin::testing::fault;
using linchpin::testing::in_child;

namespace {

using ledger = linchpin::typed_map<std::uint32_t, std::uint64_t>;

// A map of numbers with as many places as are asked for, and what was in it.
linchpin::desired_component numbers(const stage& here, std::uint32_t places) {
  linchpin::desired_component made{
      "ledger", linchpin::object_source::memory("many_maps", bpf_objects::many_maps())};
  made.attach("count_at_ingress", here.ingress());
  made.map("numbers").max_entries(places).carry(linchpin::carry::copy{});
  return made;
}

std::vector<ledger::entry> sorted(std::vector<ledger::entry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& left, const auto& right) { return left.key < right.key; });
  return entries;
}

void check_numbers(linchpin::orchestrator_core& edge, std::uint32_t places) {
  const auto live = must(linchpin::open_map(must(edge.map_path("ledger", "numbers"))));
  CHECK(must(live.ref().info()).max_entries == places);
  const auto entries = sorted(must(must(ledger::over(live.ref())).read()));
  REQUIRE(entries.size() == 500);
  for (std::uint32_t i = 0; i < 500; ++i) {
    CHECK(entries[i].key == i);
    CHECK(entries[i].value == i + 7);
  }
}

}  // namespace

TEST_CASE("layout: a value that grew is refused by its fields before anything changes",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const auto before = here.take_census();
  const auto told = refused(edge.apply({here.three_hooks(bpf_objects::turnstile_wide())}));
  INFO(told.message());
  CHECK(told.is(errc::layout_mismatch));
  CHECK(told.found().find("value_size: 8 -> 16") != std::string_view::npos);
  CHECK(told.found().find("reserved") != std::string_view::npos);
  CHECK(here.take_census() == before);
  CHECK(must(edge.status()).healthy());

  // Who says that the entries may go gets the new layout.
  auto fresh = here.three_hooks(bpf_objects::turnstile_wide());
  fresh.map("ts_tallies").carry(linchpin::carry::discard{});
  must(edge.apply({fresh}));
  CHECK(
      must(here.kernel.describe_map(must(edge.map_handle("turnstile", "ts_tallies")))).value_size ==
      16);
}

TEST_CASE("layout: entries of another size are not read into a smaller buffer",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks(bpf_objects::turnstile_wide())}));
  const auto wide = must(linchpin::open_map(must(edge.map_path("turnstile", "ts_tallies"))));
  const auto told = refused(linchpin::typed_map<std::uint32_t, std::uint64_t>::over(wide.ref()));
  INFO(told.message());
  CHECK(told.is(errc::layout_mismatch));
}

TEST_CASE("verifier: a program that this kernel does not take leaves the old one at work",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const auto before = here.chain(here.ingress());
  for (int attempt = 0; attempt < 3; ++attempt) {
    CHECK(refused(edge.apply({here.three_hooks(bpf_objects::turnstile_broken())}))
              .is(linchpin::outcome::rolled_back));
    CHECK(here.chain(here.ingress()) == before);
    CHECK(must(edge.status()).healthy());
  }
}

TEST_CASE("layout: a map of another size takes its entries along, or everything stays",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({numbers(here, 1000)}));
  {
    const auto live = must(linchpin::open_map(must(edge.map_path("ledger", "numbers"))));
    std::vector<std::uint32_t> keys(500);
    std::vector<std::uint64_t> values(500);
    std::iota(keys.begin(), keys.end(), 0U);
    std::iota(values.begin(), values.end(), 7U);
    REQUIRE(must(must(ledger::over(live.ref())).write(keys, values)) == 500);
  }
  must(edge.apply({numbers(here, 2000)}));
  check_numbers(edge, 2000);

  SECTION("grown, also for the next process") {
    { auto ended = std::move(edge); }
    auto next = here.open();
    CHECK(must(next.plan({numbers(here, 2000)})).empty());
    check_numbers(next, 2000);
    CHECK(here.chain(here.ingress()).size() == 1);
  }
  SECTION("too small for what is in it") {
    const auto before = here.chain(here.ingress());
    const auto pins = here.pins(here.root());
    // NOLINTNEXTLINE(bugprone-use-after-move): of the sections one runs
    const auto told = refused(edge.apply({numbers(here, 100)}));
    INFO(told.message());
    CHECK(told.is(linchpin::outcome::rolled_back));
    CHECK(told.found().find("100 of 500") != std::string_view::npos);
    CHECK(here.chain(here.ingress()) == before);
    CHECK(here.pins(here.root()) == pins);
    CHECK(must(edge.status()).healthy());
    check_numbers(edge, 2000);
  }
}

TEST_CASE("layout: an upgrade that dies leaves no program over a map of the other layout",
          "[kernel][incident]") {
  stage here;
  const auto desired = [&](bool wide) {
    auto made = here.three_hooks(wide ? bpf_objects::turnstile_wide() : bpf_objects::turnstile());
    made.map("ts_tallies").carry(linchpin::carry::discard{});
    return made;
  };
  must(here.open().apply({desired(false)}));
  bool died = true;
  for (std::uint64_t nth = 1; died; ++nth) {
    INFO("killed at write " << nth);
    const auto end = must(in_child([&] {
      linchpin::testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<ordered>::open(here.root(), {.on = &faulty}));
      faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = true});
      return edge.apply({desired(true)}) ? 0 : 1;
    }));
    died = end == child_end{true, SIGKILL};
    if (!died) REQUIRE(end == child_end{false, 0});

    auto edge = here.open();
    const bool wide = must(edge.plan({desired(true)})).empty();
    if (!died) CHECK(wide);
    const auto live = must(linchpin::open_map(must(edge.map_path("turnstile", "ts_tallies"))));
    const auto map = must(live.ref().info());
    CHECK(map.value_size == (wide ? 16U : 8U));
    for (const auto& hook : {here.ingress(), here.xdp(), here.skb()}) {
      const auto program = here.program_at(hook);
      CHECK(std::count(program.maps.begin(), program.maps.end(), map.id) == 1);
    }
    must(edge.apply({desired(false)}));
  }
}
