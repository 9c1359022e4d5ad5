// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/percpu_map.hpp>
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/engine/component.hpp>
#include <linchpin/engine/next_generation.hpp>

#include <algorithm>
#include <array>
#include <map>

#include "blocklist.hpp"
#include "conformance_maps.bpf.hpp"

// What a component fills and prepares, as the running kernel has it.

using namespace live_engine;
using linchpin::errc;
using linchpin::next_generation;
using linchpin::outcome;
using linchpin::result;
using linchpin::typed_map;

namespace {

using network = std::array<std::uint8_t, 8>;

std::map<std::uint16_t, std::uint8_t> listed(linchpin::orchestrator_core& edge) {
  const auto ports = must(
      typed_map<std::uint16_t, std::uint8_t>::over(must(edge.map_handle("blocklist", "blocked"))));
  std::map<std::uint16_t, std::uint8_t> made;
  for (const auto& [port, how] : must(ports.read())) made.emplace(port, how);
  return made;
}

}  // namespace

TEST_CASE("maps of every kind with keys are filled", "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  loose_orchestrator<ordered>::component wanted{blocklist(here)};
  const std::map<std::uint16_t, std::uint8_t> ports{{80, 1}, {443, 2}};
  wanted.map<std::uint16_t, std::uint8_t>("blocked").fill(ports);
  wanted.map<std::uint32_t, std::uint32_t>("limits")
      .carry(linchpin::carry::discard{})
      .fill({{7, 70}, {8, 80}});
  wanted.map<network, std::uint32_t>("networks")
      .carry(linchpin::carry::discard{})
      .fill({{{8, 0, 0, 0, 10, 0, 0, 0}, 5}});
  wanted.map<std::uint32_t, std::uint64_t>("verdicts")
      .carry(linchpin::carry::discard{})
      .fill({{verdict_dropped, 9}});
  must(edge.apply({wanted}));
  CHECK(listed(edge) == ports);
  const auto limits = must(linchpin::percpu_map<std::uint32_t, std::uint32_t>::over(
      must(edge.map_handle("blocklist", "limits"))));
  for (const std::uint32_t key : {7U, 8U}) {
    const auto values = must(limits.lookup(key));
    REQUIRE(values.has_value());
    CHECK(std::all_of(values->begin(), values->end(),
                      [key](std::uint32_t value) { return value == key * 10; }));
  }
  const auto networks =
      must(typed_map<network, std::uint32_t>::over(must(edge.map_handle("blocklist", "networks"))));
  CHECK(must(networks.lookup({32, 0, 0, 0, 10, 1, 2, 3})).value_or(0) == 5U);
  const auto told = verdicts(here.kernel, edge);
  CHECK(told.passed == 0);
  CHECK(told.dropped == 9);
}

TEST_CASE("more entries than one batch holds are filled", "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  std::map<std::uint16_t, std::uint8_t> ports;
  for (std::uint16_t port = 1; port <= 5000; ++port) ports.emplace(port, port % 3);
  loose_orchestrator<ordered>::component wanted{blocklist(here)};
  wanted.map<std::uint16_t, std::uint8_t>("blocked").max_entries(8192).fill(ports);
  must(edge.apply({wanted}));
  CHECK(listed(edge) == ports);
}

TEST_CASE("a function prepares the maps of the next generation by their C++ types",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  auto wanted = blocklist(here);
  wanted.prepare([](next_generation& next) -> result<void> {
    const auto ports = next.map<std::uint16_t, std::uint8_t>("blocked");
    if (!ports) return ports.error();
    const auto wrong = next.map<std::uint32_t, std::uint8_t>("blocked");
    CHECK(refused(wrong).is(errc::layout_mismatch));
    CHECK(must(must(next.program("blocklist_in")).info()).name == "blocklist_in");
    return ports->update(443, 2);
  });
  must(edge.apply({wanted}));
  CHECK(listed(edge) == std::map<std::uint16_t, std::uint8_t>{{443, 2}});
}

TEST_CASE("a function that fails leaves nothing of a first start", "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  const auto before = here.take_census();
  const auto pins = here.pins(here.root());
  auto wanted = blocklist(here);
  wanted.prepare([](next_generation&) -> result<void> {
    return linchpin::error{errc::not_found, "read ports", "ports.txt"};
  });
  const auto told = refused(edge.apply({wanted}));
  CHECK(told.is(errc::not_found));
  CHECK(told.is(outcome::rolled_back));
  CHECK(here.chain(here.ingress()).empty());
  CHECK(here.pins(here.root()) == pins);
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
}

TEST_CASE("a fill that finds no room beside what was carried keeps the old generation",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  const auto wanted = [&](std::span<const std::byte> object, std::uint16_t port) {
    loose_orchestrator<ordered>::component made{blocklist(here, object)};
    made.map<std::uint16_t, std::uint8_t>("blocked")
        .max_entries(2)
        .carry(linchpin::carry::copy{})
        .fill({{port, 1}});
    return made;
  };
  must(edge.apply({wanted(bpf_objects::blocklist(), 80)}));
  must(must(typed_map<std::uint16_t, std::uint8_t>::over(
                must(edge.map_handle("blocklist", "blocked"))))
           .update(81, 1));
  const auto running = here.program_at(here.ingress()).id;
  const auto told = refused(edge.apply({wanted(bpf_objects::blocklist_v2(), 443)}));
  INFO(told.message());
  CHECK(told.is(errc::full));
  CHECK(told.subject() == "component blocklist: map blocked");
  CHECK(here.program_at(here.ingress()).id == running);
  CHECK(listed(edge) == std::map<std::uint16_t, std::uint8_t>{{80, 1}, {81, 1}});
}

TEST_CASE("an LRU map that evicts what it is filled with is refused before anything is attached",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  const auto wanted = [](std::uint32_t entries) {
    linchpin::component<ordered::update_strategy> made{
        "lists", linchpin::object_source::memory("lists", bpf_objects::conformance_maps())};
    std::map<std::uint32_t, std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < entries; ++i) numbers.emplace(i * 7, i);
    made.map<std::uint32_t, std::uint64_t>("recent")
        .max_entries(1000)
        .carry(linchpin::carry::discard{})
        .fill(numbers);
    return made;
  };
  const auto told = refused(edge.apply({wanted(1000)}));
  INFO(told.message());
  CHECK(told.is(errc::full));
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.subject() == "component lists: map recent");
  CHECK(told.found().find(" of them: the kernel evicts from a lru_hash of 1000 entries") !=
        std::string_view::npos);
  CHECK(here.pins(here.root()).empty());
  must(edge.apply({wanted(250)}));
  const auto kept =
      must(typed_map<std::uint32_t, std::uint64_t>::over(must(edge.map_handle("lists", "recent"))));
  CHECK(must(kept.read()).size() == 250);
}
