// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "scene.hpp"

// Where the programs of an apply come to stand, by their numbers, among those who are there.

using namespace engine_test;
using linchpin::desired_component;

TEST_CASE("several that come in one apply stand in the order of their numbers among who is there",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  const auto which = GENERATE(0, 1, 2, 3);
  CAPTURE(which);
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto p5 = host.one("p5", 5);
  must(edge.apply({p5}));
  std::vector<desired_component> desired{p5};
  names expected;
  switch (which) {
    case 0:  // both behind
      desired.insert(desired.end(), {host.one("n10", 10), host.one("n20", 20)});
      expected = {"p5", "n10", "n20"};
      break;
    case 1:  // both in front, asked for the other way round
      desired.insert(desired.begin(), {host.one("n2", 2), host.one("n1", 1)});
      expected = {"n1", "n2", "p5"};
      break;
    case 2:  // around
      desired.insert(desired.end(), {host.one("n9", 9), host.one("n1", 1), host.one("n7", 7)});
      expected = {"n1", "p5", "n7", "n9"};
      break;
    case 3:  // of equal number
      desired.insert(desired.end(), {host.one("z", 5), host.one("a", 5), host.one("p6", 5)});
      expected = {"a", "p5", "p6", "z"};
      break;
  }
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  must(edge.apply(plan));
  CHECK(host.names(edge) == expected);
  check_settled(edge, desired);
}

TEST_CASE("two that come between strangers stand in the order of their numbers",
          "[engine][order][decide]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  scene host{where};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("p5", 5)}));
  host.stranger("s2");
  const std::vector desired{host.one("n20", 20), host.one("n10", 10), host.one("p5", 5)};
  must(edge.apply(desired));
  CHECK(host.names(edge) == names{"s1", "p5", "n10", "n20", "s2"});
  check_settled(edge, desired);
}

TEST_CASE("programs that exchange their numbers exchange their places", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  const auto check = [&](linchpin::orchestrator_core& edge) {
    must(edge.apply({host.one("a", 1), host.one("b", 2)}));
    REQUIRE(host.names(edge) == names{"a", "b"});
    const std::vector exchanged{host.one("a", 2), host.one("b", 1)};
    const auto plan = must(edge.plan(exchanged));
    INFO(plan.text());
    must(edge.apply(plan));
    CHECK(host.names(edge) == names{"b", "a"});
    check_settled(edge, exchanged);
  };
  SECTION("in place") {
    auto edge = open<ordered_in_place>(kernel);
    check(edge);
  }
  SECTION("make before break") {
    auto edge = open<ordered_twice>(kernel);
    check(edge);
  }
  SECTION("recreate") {
    auto edge = open<ordered_with_gap>(kernel);
    check(edge);
  }
}

TEST_CASE("reversing a chain moves every program to its place", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  const auto object = upgrades ? bpf_objects::guard_v2() : bpf_objects::guard();
  scene host{where};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2), host.one("c", 3), host.one("d", 4)}));
  host.stranger("s2");
  const std::vector turned{host.one("a", 4, object), host.one("b", 3, object),
                           host.one("c", 2, object), host.one("d", 1, object)};
  must(edge.apply(turned));
  auto found = host.names(edge);
  // At a cgroup no stranger can be named as a neighbour, so who stands between them is not ours to say.
  std::erase_if(found, [](const std::string& name) { return name.starts_with('s'); });
  CHECK(found == names{"d", "c", "b", "a"});
  check_settled(edge, turned);
}

TEST_CASE("a move moves no more programs than it must", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  if (where == place::clsact) return;  // a filter has no number of its own to recognise it by
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2), host.one("c", 3), host.one("d", 4)}));
  std::map<std::string, standing> before;
  for (const char* name : {"a", "b", "c", "d"}) before[name] = what_stands(edge, name);
  const std::vector moved{host.one("a", 9), host.one("b", 2), host.one("c", 3), host.one("d", 4)};
  must(edge.apply(moved));
  CHECK(host.names(edge) == names{"b", "c", "d", "a"});
  for (const char* name : {"b", "c", "d"}) CHECK(what_stands(edge, name) == before[name]);
}

TEST_CASE("a reorder with a gap never strands a store, at any hook", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<ordered_with_gap>(kernel);
  // Every order of four, one after another.
  std::vector<std::string> order{"a", "b", "c", "d"};
  do {
    INFO(order[0] << order[1] << order[2] << order[3]);
    std::vector<desired_component> desired;
    for (const char* name : {"a", "b", "c", "d"}) {
      const auto at = std::find(order.begin(), order.end(), name) - order.begin();
      desired.push_back(host.one(name, static_cast<int>(at)));
    }
    must(edge.apply(desired));
    auto found = host.names(edge);
    std::erase(found, "s1");
    CHECK(found == order);
    check_settled(edge, desired);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a reorder with a gap that is cut short at any call leaves a store that opens",
          "[engine][order][decide][fault]") {
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(name_of(where));
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host{where};
    host.stranger("s1");
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open<ordered_with_gap>(faulty);
      must(edge.apply({host.one("a", 1), host.one("b", 2), host.one("c", 3)}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(
          edge.apply(std::vector{host.one("a", 3), host.one("b", 2), host.one("c", 1)}, 1)
              .has_value());
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open<ordered_with_gap>(next);
    auto found = host.names(edge);
    CHECK(std::count(found.begin(), found.end(), "s1") == 1);
    std::erase(found, "s1");
    CHECK((found == names{"a", "b", "c"} || found == names{"c", "b", "a"}));
    CHECK(must(edge.status()).healthy());
    if (!struck) break;
  }
}

TEST_CASE("strangers that come and go between two applies are no anchors of the past",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto first = host.stranger("s1");
  must(edge.apply({host.one("a", 1), host.one("b", 2)}));
  host.remove_foreign_program(first);
  host.stranger("s2");
  must(edge.apply({host.one("a", 2), host.one("b", 1), host.one("c", 0)}));
  auto found = host.names(edge);
  CHECK(std::count(found.begin(), found.end(), "s2") == 1);
  std::erase(found, "s2");
  CHECK(found == names{"c", "b", "a"});
}

TEST_CASE("a program that is taken out between strangers comes back before the next one of ours",
          "[engine][order][decide]") {
  const bool both = GENERATE(false, true);
  CAPTURE(both);
  scene host{place::cgroup};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<ordered_with_gap>(kernel);
  must(edge.apply({host.one("a", 0), host.one("b", 1)}));
  const auto b = status_of(edge, "b").attachments.front();
  linchpin::anchor before_b;
  before_b.kind = linchpin::anchor_kind::before;
  before_b.relative_to.program = b.running;
  before_b.relative_to.link = b.id.link;
  host.strangers[must(host.add_foreign_program(host.at(), "s2", before_b))] = "s2";
  REQUIRE(host.names(edge) == names{"s1", "a", "s2", "b"});
  const std::vector next{host.one("a", 0, bpf_objects::guard_v2()),
                         host.one("b", 1, both ? bpf_objects::guard_v2() : bpf_objects::guard())};
  const auto plan = must(edge.plan(next));
  INFO(plan.text());
  must(edge.apply(plan));
  CHECK(host.names(edge) == names{"s1", "s2", "a", "b"});
  check_settled(edge, next);
}
