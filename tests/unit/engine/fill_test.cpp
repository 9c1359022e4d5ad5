// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/carry.hpp"

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/engine/next_generation.hpp>
#include <linchpin/engine/plan_form.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <functional>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "filling.hpp"
#include "many_maps.bpf.hpp"
#include "scene.hpp"

// Maps that a component fills, and generations that it prepares, before anything of them is attached.

using namespace engine_test;
using linchpin::desired_component;
using linchpin::errc;
using linchpin::map_entries;
using linchpin::next_generation;
using linchpin::outcome;
using linchpin::result;

namespace {

struct service {
  machine host;
  fake_kernel kernel{host};
  loose_orchestrator<ordered> edge = open(kernel);

  [[nodiscard]] counts flows() {
    return read_flows(kernel, must(edge.map_handle("guard", "flows")));
  }
  /// What a program would have written into the running map.
  void count(const counts& packets) {
    must(kernel.write_map(must(edge.map_handle("guard", "flows")), flow_entries(packets), false));
  }
};

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
  service ours;
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
  service ours;
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

TEST_CASE("a map that is copied has the carried entries and the fill over them", "[engine][fill]") {
  service ours;
  const linchpin::carry::copy copying;
  must(ours.edge.apply({filling({{1, 10}}, bpf_objects::guard(), copying)}));
  ours.count({{1, 11}, {2, 22}, {3, 33}});
  must(ours.edge.apply({filling({{1, 10}, {3, 30}}, bpf_objects::guard_v2(), copying)}));
  CHECK(ours.flows() == counts{{1, 10}, {2, 22}, {3, 30}});
}

TEST_CASE("what the old program changes late does not undo a fill", "[engine][fill]") {
  service ours;
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
  service ours;
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
  service ours;
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
  service ours;
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
  service ours;
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
  service ours;
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

TEST_CASE("a generation is prepared after its maps are filled and before it is attached",
          "[engine][fill]") {
  service ours;
  std::uint64_t number = 0;
  counts found;
  std::size_t attached = 0;
  auto wanted = filling({{1, 10}});
  wanted.prepare([&](next_generation& next) -> result<void> {
    number = next.number().value;
    const linchpin::handle_ref flows{must(next.map("flows")).fd().native()};
    found = read_flows(ours.kernel, flows);
    for (const auto& hook : ours.host.guarded()) attached += ours.host.run(hook).size();
    CHECK(must(next.program("guard_in")).fd().native() >= 0);
    return ours.kernel.write_map(flows, flow_entries({{2, 20}}), false);
  });
  const auto plan = must(ours.edge.plan({wanted}));
  CHECK(plan.text().find("  prepare     by a function, before anything is attached\n") !=
        std::string::npos);
  CHECK(plan.form().components.front().prepares);
  must(ours.edge.apply(plan));
  CHECK(number == 1);
  CHECK(found == counts{{1, 10}});
  CHECK(attached == 0);
  CHECK(ours.flows() == counts{{1, 10}, {2, 20}});
}

TEST_CASE("a preparation gets nothing of the running generation", "[engine][fill]") {
  service ours;
  must(ours.edge.apply({guard()}));
  const auto told_of = [&](const char* map) {
    auto wanted = guard(bpf_objects::guard_v2());
    wanted.map("flows").carry(linchpin::carry::discard{});
    wanted.prepare([map](next_generation& next) -> result<void> {
      const auto found = next.map(map);
      return found ? result<void>{} : result<void>{found.error()};
    });
    return refused(ours.edge.apply({wanted}));
  };
  const auto before = ours.host.text();
  const auto shared = told_of("totals");
  CHECK(shared.is(errc::invalid_argument));
  CHECK(shared.is(outcome::rolled_back));
  CHECK(shared.found() == "carry::reuse: the running programs use it as well");
  const auto variables = told_of(".rodata");
  CHECK(variables.is(errc::invalid_argument));
  const auto nearest = told_of("flow");
  CHECK(nearest.is(errc::not_found));
  CHECK(nearest.advice().find("'flows'") != std::string_view::npos);
  CHECK(ours.host.text() == before);
}

TEST_CASE("an error of a function undoes the apply and reaches the caller", "[engine][fill]") {
  service ours;
  const bool running = GENERATE(false, true);
  if (running) must(ours.edge.apply({guard()}));
  const auto before = ours.host.text();
  auto wanted = guard(bpf_objects::guard_v2());
  wanted.map("flows").carry(linchpin::carry::discard{});
  std::string subject = "component guard: ";
  SECTION("that fills") {
    subject += "map flows: ports.txt";
    wanted.map("flows").carry(linchpin::carry::discard{}).fill([]() -> result<map_entries> {
      return linchpin::error{errc::bad_format, "read ports", "ports.txt"};
    });
  }
  SECTION("that prepares") {
    subject += "ports.txt";
    wanted.prepare([](next_generation&) -> result<void> {
      return linchpin::error{errc::bad_format, "read ports", "ports.txt"};
    });
  }
  const auto told = refused(ours.edge.apply({wanted}));
  INFO(told.message());
  CHECK(told.is(errc::bad_format));
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.subject() == subject);
  CHECK(ours.host.text() == before);
  CHECK(must(ours.edge.status()).healthy());
}

TEST_CASE("an exception of a function undoes the apply and reaches the caller", "[engine][fill]") {
  service ours;
  const bool running = GENERATE(false, true);
  if (running) must(ours.edge.apply({guard()}));
  const auto before = ours.host.text();
  auto wanted = guard(bpf_objects::guard_v2());
  wanted.map("flows").carry(linchpin::carry::discard{});
  SECTION("that fills") {
    wanted.map("flows").carry(linchpin::carry::discard{}).fill([]() -> result<map_entries> {
      throw std::runtime_error{"no such list"};
    });
  }
  SECTION("that prepares") {
    wanted.prepare(
        [](next_generation&) -> result<void> { throw std::runtime_error{"no such list"}; });
  }
  CHECK_THROWS_AS(ours.edge.apply({wanted}), std::runtime_error);
  CHECK(ours.host.text() == before);
  CHECK(must(ours.edge.status()).healthy());
  must(ours.edge.apply({filling({{1, 1}}, bpf_objects::guard_v2())}));
}

TEST_CASE("a preparation that failed is not called again with what it left in the maps",
          "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  struct again : ordered {
    using recovery = linchpin::recovery::retry;
  };
  auto edge = must(loose_orchestrator<again>::open(root, {&kernel}));
  int called = 0;
  auto wanted = guard();
  wanted.map("flows").carry(linchpin::carry::discard{});
  wanted.prepare([&](next_generation& next) -> result<void> {
    ++called;
    const linchpin::handle_ref flows{must(next.map("flows")).fd().native()};
    CHECK(read_flows(kernel, flows).empty());
    must(kernel.write_map(flows, flow_entries({{1, 1}}), true));
    return linchpin::error{errc::conflict, "read ports", "ports.txt"};
  });
  const auto told = refused(edge.apply(must(edge.plan({wanted}))));
  INFO(told.message());
  CHECK(told.is(outcome::rolled_back));
  CHECK(called == 1);
}

TEST_CASE("only a new generation is filled and prepared", "[engine][fill]") {
  machine host;
  fake_kernel kernel{host};
  int called = 0;
  const auto wanted = [&called](std::span<const std::byte> object, int priority) {
    auto made = guard(object, priority);
    made.map("flows").carry(linchpin::carry::discard{}).fill([&called]() -> result<map_entries> {
      ++called;
      return flow_entries({});
    });
    made.prepare([&called](next_generation&) -> result<void> {
      ++called;
      return {};
    });
    return made;
  };
  {
    auto edge = open(kernel);
    must(edge.apply({wanted(bpf_objects::guard(), 10)}));
    CHECK(called == 2);
    must(edge.apply({wanted(bpf_objects::guard(), 30), guide()}));
    CHECK(called == 2);
  }
  auto edge = open(kernel);
  CHECK(called == 2);
  must(edge.apply({wanted(bpf_objects::guard_v2(), 30), guide()}));
  CHECK(called == 4);
}

TEST_CASE("killed anywhere in the middle of a fill, the next process goes back without a call",
          "[engine][fill][fault]") {
  const bool running = GENERATE(false, true);
  int called = 0;
  const auto next = [&called] {
    auto made = filling({{1, 10}}, bpf_objects::guard_v2());
    made.map("totals").carry(linchpin::carry::discard{});
    made.prepare([&called](next_generation&) -> result<void> {
      ++called;
      return {};
    });
    return made;
  };
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO((running ? "upgrade" : "first start") << ", killed at call " << nth);
    machine host;
    bool struck = false;
    std::string before;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      if (running) must(edge.apply({filling({{7, 70}})}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      called = 0;
      static_cast<void>(edge.apply({next()}, 1).has_value());
      struck = faulty.struck();
    }
    const auto called_before = called;
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(called == called_before);
    INFO(edge.recovered());
    CHECK(edge.recovered().find("left alone") == std::string::npos);
    const auto status = must(edge.status());
    CHECK(status.healthy());
    const bool there = !status.components.empty();
    const bool is_new = there && status.components.front().generation.value == (running ? 2 : 1);
    if (struck) (is_new ? met_new : met_old) = true;
    if (there) {
      const auto flows = read_flows(kernel, must(edge.map_handle("guard", "flows")));
      CHECK(flows == (is_new ? counts{{1, 10}} : counts{{7, 70}}));
      if (is_new) CHECK(called == 1);
    } else {
      CHECK_FALSE(running);
    }
    if (!struck) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}
