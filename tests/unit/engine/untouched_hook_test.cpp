// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "five_hooks.hpp"

// A change of one hook is a change of that hook: the others keep their links and programs.

using namespace engine_test;
using linchpin::desired_component;

TEST_CASE("a reorder at one of five hooks leaves the other four as they are", "[engine][decide]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({five("front", bpf_objects::property(), 10), host.one("beside", 20)}));
  const auto before = what_stands(edge, "front");
  REQUIRE(before.size() == 5);
  const std::vector moved{five("front", bpf_objects::property(), 30), host.one("beside", 20)};
  must(edge.apply(moved));
  CHECK(host.names(edge) == names{"beside", "front"});
  const auto after = what_stands(edge, "front");
  int same = 0;
  for (const auto& [hook, ids] : before) {
    if (hook == "tcx_ingress eth0") continue;
    INFO(hook);
    CHECK(after.at(hook) == ids);
    ++same;
  }
  CHECK(same == 4);
  check_settled(edge, moved);
}

TEST_CASE("a hook that is added or given up leaves the others as they are", "[engine][decide]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto whole = five("front", bpf_objects::property());
  must(edge.apply({whole}));
  const auto before = what_stands(edge, "front");
  desired_component less{"front", elf(bpf_objects::property())};
  less.attach("ts_p_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
  less.attach("ts_p_in", linchpin::hook::tcx_ingress{"eth1"});
  less.attach("ts_p_lookup", linchpin::hook::sk_lookup{});
  const auto report = must(edge.apply({less}));
  CHECK(report.loaded == 0);
  CHECK(report.updated == 0);
  CHECK(report.attached == 1);
  CHECK(report.detached == 3);
  const auto after = what_stands(edge, "front");
  REQUIRE(after.size() == 3);
  for (const auto& [hook, ids] : after) {
    if (before.contains(hook)) CHECK(ids == before.at(hook));
  }
  CHECK(after.contains("tcx_ingress eth0"));
  check_settled(edge, {less});
}

TEST_CASE("an upgrade of one component leaves its neighbours as they are", "[engine][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2), host.one("c", 3)}));
  const auto a = what_stands(edge, "a"), c = what_stands(edge, "c");
  const std::vector next{host.one("a", 1), host.one("b", 2, bpf_objects::guard_v2()),
                         host.one("c", 3)};
  must(edge.apply(next));
  CHECK(what_stands(edge, "a") == a);
  CHECK(what_stands(edge, "c") == c);
  CHECK(host.names(edge) == names{"a", "b", "c"});
  check_settled(edge, next);
}
