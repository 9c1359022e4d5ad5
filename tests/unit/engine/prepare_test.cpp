// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/engine/next_generation.hpp>
#include <linchpin/engine/plan_form.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <stdexcept>

#include "flows_service.hpp"

// Functions of a component that fill or prepare its generations before anything of them is attached.

using namespace engine_test;
using linchpin::errc;
using linchpin::map_entries;
using linchpin::next_generation;
using linchpin::outcome;
using linchpin::result;

TEST_CASE("a generation is prepared after its maps are filled and before it is attached",
          "[engine][fill]") {
  flows_service ours;
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
  flows_service ours;
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
  flows_service ours;
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
  flows_service ours;
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

TEST_CASE("a preparation that is new, and no reason to build, waits and is told",
          "[engine][fill]") {
  flows_service ours;
  must(ours.edge.apply({guard()}));
  auto wanted = guard();
  wanted.prepare([](next_generation&) -> result<void> { return {}; });
  const auto waits = must(ours.edge.plan({wanted}));
  CHECK(waits.empty());
  CHECK(waits.notes() ==
        std::vector<std::string>{
            "guard: a function prepares it now; only the next generation is prepared"});
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
