// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/carry.hpp"

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <map>
#include <utility>
#include <vector>

#include "flows_service.hpp"
#include "many_maps.bpf.hpp"

// Maps that a component fills, and generations that it prepares, before anything of them is attached.

using namespace engine_test;
using linchpin::desired_component;
using linchpin::map_entries;
using linchpin::result;

namespace {

// Whether anything of ours runs at a hook at the moment of each call of a kind.
class watches_hooks final : public call_observer {
 public:
  watches_hooks(const machine& host, verb which) : host_(host), which_(which) {}
  void after(verb called) override {
    if (called != which_) return;
    ++calls;
    for (const auto& hook : host_.guarded()) attached += host_.run(hook).size();
  }
  int calls = 0;
  std::size_t attached = 0;

 private:
  const machine& host_;
  verb which_;
};

}  // namespace

TEST_CASE("a map is filled before anything is attached", "[engine][fill]") {
  flows_service ours;
  watches_hooks watching{ours.host, verb::write_map};
  ours.kernel.observe(&watching);
  auto wanted = guard();
  wanted.map("flows").carry(linchpin::carry::discard{}).fill(flow_entries({{1, 10}, {2, 20}}));
  const auto plan = must(ours.edge.plan({wanted}));
  INFO(plan.text());
  CHECK(
      plan.text().find("  map         flows: fresh, 64 entries [sizing.declared/1], filled with 2 "
                       "entries\n") != std::string::npos);
  must(ours.edge.apply(plan));
  ours.kernel.observe(nullptr);
  CHECK(watching.calls == 1);
  CHECK(watching.attached == 0);
  CHECK(ours.flows() == counts{{1, 10}, {2, 20}});
  check_settled(ours.edge, {wanted});
}

TEST_CASE("other entries alone build no generation, and an upgrade has them", "[engine][fill]") {
  flows_service ours;
  must(ours.edge.apply({filling({{1, 10}})}));
  CHECK(must(ours.edge.plan({filling({{1, 10}})})).notes().empty());
  const auto waits = must(ours.edge.plan({filling({{3, 30}})}));
  CHECK(waits.empty());
  CHECK(
      waits.notes() ==
      std::vector<std::string>{
          "guard: map flows: what it is filled with changed; only the next generation gets that"});
  ours.count({{2, 20}});
  must(ours.edge.apply({filling({{3, 30}}, bpf_objects::guard_v2())}));
  CHECK(ours.flows() == counts{{3, 30}});
}

TEST_CASE("the next process knows what a generation was filled with", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({filling({{1, 10}})}));
  }
  auto edge = open(kernel);
  const auto same = must(edge.plan({filling({{1, 10}})}));
  CHECK(same.empty());
  CHECK(same.notes().empty());
  CHECK(must(edge.plan({filling({{1, 11}})})).notes().size() == 1);
}

TEST_CASE("a map that is copied has the carried entries and the fill over them", "[engine][fill]") {
  flows_service ours;
  const linchpin::carry::copy copying;
  must(ours.edge.apply({filling({{1, 10}}, bpf_objects::guard(), copying)}));
  ours.count({{1, 11}, {2, 22}, {3, 33}});
  must(ours.edge.apply({filling({{1, 10}, {3, 30}}, bpf_objects::guard_v2(), copying)}));
  CHECK(ours.flows() == counts{{1, 10}, {2, 22}, {3, 30}});
}

TEST_CASE("what the old program changes late does not undo a fill", "[engine][fill]") {
  flows_service ours;
  const linchpin::carry::copy copying;
  must(ours.edge.apply({filling({}, bpf_objects::guard(), copying)}));
  // Carried keys that the fill leaves as they are: nothing but the fill tells that they are its own.
  const counts carried{{1, 10}, {2, 20}, {3, 30}};
  ours.count(carried);
  const auto old_map = must(ours.edge.map_handle("guard", "flows"));
  during late{verb::update, 1, [&] {
                must(ours.kernel.write_map(old_map, flow_entries({{1, 1000}, {3, 3000}}), false));
                must(ours.kernel.erase_keys(old_map, flow_entries({{2, 0}}).keys));
              }};
  ours.kernel.observe(&late);
  must(ours.edge.apply({filling({{1, 10}, {2, 20}}, bpf_objects::guard_v2(), copying)}));
  ours.kernel.observe(nullptr);
  REQUIRE(late.happened);
  CHECK(ours.flows() == counts{{1, 10}, {2, 20}, {3, 3000}});
}

TEST_CASE("a prefix that is filled is not swept again in another spelling", "[engine][fill]") {
  flows_service ours;
  must(ours.edge.apply({desired_component{"old", elf(bpf_objects::many_maps())},
                        desired_component{"next", elf(bpf_objects::many_maps())}}));
  const auto from = must(ours.edge.map_handle("old", "routes"));
  const auto to = must(ours.edge.map_handle("next", "routes"));
  linchpin::map_spec routes;
  routes.name = "routes";
  routes.type = linchpin::uapi::map_type::lpm_trie;
  linchpin::map_copy copy{routes, from, to};
  must(copy.first_sweep(ours.kernel));
  const auto route = [](std::initializer_list<unsigned> key, unsigned value) {
    return map_entries{8, 4, bytes_of(key), bytes_of({value, 0, 0, 0})};
  };
  const auto filled = route({8, 0, 0, 0, 10, 1, 2, 3}, 7);
  must(ours.kernel.write_map(to, filled, false));
  copy.leave_alone(filled);
  must(ours.kernel.write_map(from, route({8, 0, 0, 0, 10, 9, 9, 9}, 1), false));
  must(ours.kernel.write_map(from, route({16, 0, 0, 0, 10, 1, 0, 0}, 2), false));
  must(copy.second_sweep(ours.kernel));
  const auto found = must(ours.kernel.read_map(to));
  CHECK(found.keys == bytes_of({8, 0, 0, 0, 10, 1, 2, 3, 16, 0, 0, 0, 10, 1, 0, 0}));
  CHECK(found.values == bytes_of({7, 0, 0, 0, 2, 0, 0, 0}));
}

TEST_CASE("a prefix that is prepared is not overwritten from its other spelling",
          "[engine][fill]") {
  flows_service ours;
  const auto route = [](std::initializer_list<unsigned> key, unsigned value) {
    return map_entries{8, 4, bytes_of(key), bytes_of({value, 0, 0, 0})};
  };
  must(ours.edge.apply({desired_component{"old", elf(bpf_objects::many_maps())},
                        desired_component{"next", elf(bpf_objects::many_maps())}}));
  const auto from = must(ours.edge.map_handle("old", "routes"));
  const auto to = must(ours.edge.map_handle("next", "routes"));
  linchpin::map_spec routes;
  routes.name = "routes";
  routes.type = linchpin::uapi::map_type::lpm_trie;
  linchpin::map_copy copy{routes, from, to};
  must(copy.first_sweep(ours.kernel));
  must(ours.kernel.write_map(to, route({8, 0, 0, 0, 10, 0, 0, 0}, 1), false));
  must(ours.kernel.write_map(from, route({8, 0, 0, 0, 10, 1, 2, 3}, 2), false));
  must(copy.second_sweep(ours.kernel));
  const auto found = must(ours.kernel.read_map(to));
  CHECK(found.keys == bytes_of({8, 0, 0, 0, 10, 0, 0, 0}));
  CHECK(found.values == bytes_of({1, 0, 0, 0}));
}

TEST_CASE("in a per-CPU map each CPU gets the value", "[engine][fill]") {
  flows_service ours;
  must(ours.edge.apply({filling({{1, 10}}, bpf_objects::guard_percpu())}));
  const auto read = must(ours.kernel.read_map(must(ours.edge.map_handle("guard", "flows"))));
  REQUIRE(read.size() == 1);
  const auto cpus = ours.host.facts().possible_cpus;
  REQUIRE(read.values.size() == cpus * sizeof(guard_flow));
  for (std::uint32_t cpu = 0; cpu < cpus; ++cpu) {
    guard_flow value{};
    std::memcpy(&value, read.values.data() + cpu * sizeof(guard_flow), sizeof value);
    CHECK(value.packets == 10);
  }
}

TEST_CASE("a map is filled by what a function gives while the plan is applied", "[engine][fill]") {
  flows_service ours;
  int called = 0;
  auto wanted = guard();
  wanted.map("flows").carry(linchpin::carry::discard{}).fill([&called]() -> result<map_entries> {
    ++called;
    return flow_entries({{static_cast<std::uint32_t>(called), 5}});
  });
  const auto plan = must(ours.edge.plan({wanted}));
  CHECK(plan.text().find(", filled by a function\n") != std::string::npos);
  CHECK(called == 0);
  must(ours.edge.apply(plan));
  CHECK(called == 1);
  CHECK(ours.flows() == counts{{1, 5}});
  must(ours.edge.apply({wanted}));
  CHECK(called == 1);
}

TEST_CASE("pairs of C++ types fill a map, from any range or from a function", "[engine][fill]") {
  flows_service ours;
  linchpin::component<> wanted{"guard", elf(bpf_objects::guard())};
  auto words = wanted.map<std::uint32_t, guard_flow>("flows").carry(linchpin::carry::discard{});
  counts expected{{1, 10}, {2, 20}};
  SECTION("a std::map") {
    words.fill(std::map<std::uint32_t, guard_flow>{{1, {10, 0, 0}}, {2, {20, 0, 0}}});
  }
  SECTION("a vector of pairs") {
    words.fill(std::vector<std::pair<std::uint32_t, guard_flow>>{{1, {10, 0, 0}}, {2, {20, 0, 0}}});
  }
  SECTION("the entries that a typed map reads") {
    words.fill(std::vector<linchpin::map_entry<std::uint32_t, guard_flow>>{{1, {10, 0, 0}},
                                                                           {2, {20, 0, 0}}});
  }
  SECTION("pairs in braces") {
    words.fill({{1, {10, 0, 0}}, {2, {20, 0, 0}}});
  }
  SECTION("a function that gives a range") {
    words.fill([] {
      return std::map<std::uint32_t, guard_flow>{{1, {10, 0, 0}}, {2, {20, 0, 0}}};
    });
  }
  SECTION("a function that gives a result") {
    words.fill([]() -> result<std::vector<std::pair<std::uint32_t, guard_flow>>> {
      return std::vector<std::pair<std::uint32_t, guard_flow>>{{1, {10, 0, 0}}, {2, {20, 0, 0}}};
    });
  }
  SECTION("a std::map whose types the component does not name") {
    wanted.map("flows")
        .carry(linchpin::carry::discard{})
        .fill(std::map<std::uint32_t, guard_flow>{{1, {10, 0, 0}}, {2, {20, 0, 0}}});
  }
  SECTION("and the last word counts") {
    words.fill({{7, {70, 0, 0}}}).fill({{8, {80, 0, 0}}});
    expected = {{8, 80}};
  }
  must(ours.edge.apply({wanted}));
  CHECK(ours.flows() == expected);
}
