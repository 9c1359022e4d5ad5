// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string_view>
#include <tuple>

#include "property.bpf.hpp"
#include "property_v2.bpf.hpp"
#include "scene.hpp"

// What a plan decides is decided once: the chain is what the plan says, a plan that was carried out
// leaves nothing to plan, and a change of one hook is a change of that hook.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::errc;
using linchpin::placement;

namespace {

using linchpin::component;

// The higher number first; among equal ones the later name. Strangers keep their places.
struct descending {
  static constexpr std::string_view policy_id = "order.descending/1";
  static constexpr bool observes = true;

  [[nodiscard]] placement place(const linchpin::program_view& self,
                                std::span<const linchpin::chain_member> others,
                                std::optional<std::size_t> current) const noexcept {
    std::optional<std::size_t> last_before, first_after;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!others[i].ours) continue;
      const auto theirs = std::tuple{others[i].priority, others[i].component};
      const auto mine = std::tuple{self.priority, self.component};
      if (theirs > mine) last_before = i;
      if (theirs < mine && !first_after) first_after = i;
    }
    const bool right = current && (!last_before || *last_before < *current) &&
                       (!first_after || *current <= *first_after);
    if (right) return {placement::kind::stay};
    if (last_before) return {placement::kind::after, *last_before};
    if (first_after) return {placement::kind::before, *first_after};
    return {current ? placement::kind::stay : placement::kind::last};
  }
};

// Directly before a stranger of one name; last where there is none.
struct before_the_gateway {
  static constexpr std::string_view policy_id = "order.before_the_gateway/1";
  static constexpr bool observes = false;

  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member> others,
                                std::optional<std::size_t> current) const noexcept {
    if (current) return {placement::kind::stay};
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!others[i].ours && others[i].name == "gateway") return {placement::kind::before, i};
    }
    return {placement::kind::last};
  }
};

// Each wants to be first, always.
struct everybody_first {
  static constexpr std::string_view policy_id = "order.everybody_first/1";
  static constexpr bool observes = true;

  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member>,
                                std::optional<std::size_t> current) const noexcept {
    if (current && *current == 0) return {placement::kind::stay};
    return {placement::kind::first};
  }
};

template <class Order, class Update = linchpin::update::in_place>
struct policies_of : linchpin::default_policies {
  using order = Order;
  using update = Update;
};

place any_place() {
  return GENERATE(place::tcx, place::clsact, place::cgroup);
}

// All programs of a component that has one at each of five hooks.
component five(const std::string& name, std::span<const std::byte> object, int priority = 10) {
  component made{name, elf(object)};
  made.attach("ts_p_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  made.attach("ts_p_out", linchpin::hook::tcx_egress{"eth0"});
  made.attach("ts_p_xdp", linchpin::hook::xdp{"eth0"});
  made.attach("ts_p_connect4", linchpin::hook::cgroup_connect4{web});
  made.attach("ts_p_lookup", linchpin::hook::sk_lookup{});
  return made;
}

std::vector<linchpin::attach_point> hooks_of_five(const machine& host) {
  return {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0"), host.connect4(),
          host.point(linchpin::mechanism::netns, attach_type::sk_lookup, "")};
}

}  // namespace

// ---- the order of a chain

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
  std::vector<component> desired{p5};
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

TEST_CASE("a whole turn of a chain moves every program to its place", "[engine][order][decide]") {
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
  std::vector<std::string> turn{"a", "b", "c", "d"};
  do {
    INFO(turn[0] << turn[1] << turn[2] << turn[3]);
    std::vector<component> desired;
    for (const char* name : {"a", "b", "c", "d"}) {
      const auto at = std::find(turn.begin(), turn.end(), name) - turn.begin();
      desired.push_back(host.one(name, static_cast<int>(at)));
    }
    must(edge.apply(desired));
    auto found = host.names(edge);
    std::erase(found, "s1");
    CHECK(found == turn);
    check_settled(edge, desired);
  } while (std::next_permutation(turn.begin(), turn.end()));
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

// ---- policies of users

TEST_CASE("a user's own order holds from the first start on", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open<policies_of<descending>>(kernel);
  const std::vector desired{host.one("b", 2), host.one("d", 4), host.one("a", 1), host.one("c", 3)};
  must(edge.apply(desired));
  CHECK(host.names(edge) == names{"d", "c", "b", "a"});
  check_settled(edge, desired);
}

TEST_CASE("a user's own order of equals holds from the first start on", "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open<policies_of<descending>>(kernel);
  const std::vector desired{host.one("a"), host.one("c"), host.one("b")};
  must(edge.apply(desired));
  CHECK(host.names(edge) == names{"c", "b", "a"});
  check_settled(edge, desired);
}

TEST_CASE("a user's own order that names a stranger holds for several in one apply",
          "[engine][order][decide]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  scene host{where};
  host.stranger("monitor");
  host.stranger("gateway");
  fake_kernel kernel{host};
  auto edge = open<policies_of<before_the_gateway>>(kernel);
  const std::vector desired{host.one("a", 3), host.one("b", 1), host.one("c", 2)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  must(edge.apply(plan));
  const auto found = host.names(edge);
  REQUIRE(found.size() == 5);
  CHECK(found.front() == "monitor");
  CHECK(found.back() == "gateway");
  check_settled(edge, desired);
}

TEST_CASE("those that each want to be first are refused or come to rest, and never move for ever",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open<policies_of<everybody_first>>(kernel);
  const std::vector desired{host.one("a"), host.one("b"), host.one("c")};
  const auto first = edge.apply(desired);
  if (!first) {
    INFO(first.error().message());
    CHECK(host.run(host.at()).empty());
    CHECK(host.programs().empty());
    return;
  }
  const auto chain = host.run(host.at());
  const auto again = edge.plan(desired);
  if (again) CHECK(again->empty());
  for (int round = 0; round < 3; ++round) static_cast<void>(edge.apply(desired).has_value());
  CHECK(host.run(host.at()) == chain);
}

TEST_CASE("an order that never comes to rest is refused before anything changes",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open<policies_of<everybody_first>>(kernel);
  const auto told = refused(edge.apply({host.one("a"), host.one("b"), host.one("c")}));
  INFO(told.message());
  CHECK(told.is(errc::unsupported));
  CHECK(told.message().find("order.everybody_first/1") != std::string::npos);
  CHECK(host.run(host.at()).empty());
  CHECK(host.programs().empty());
}

TEST_CASE("prepend puts those of one apply in front of everybody, and then they stay",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<policies_of<linchpin::order::prepend>>(kernel);
  const std::vector desired{host.one("a"), host.one("b"), host.one("c")};
  must(edge.apply(desired));
  const auto found = host.names(edge);
  REQUIRE(found.size() == 4);
  CHECK(found.back() == "s1");
  check_settled(edge, desired);
  must(edge.apply({host.one("a", 7), host.one("b", 0, bpf_objects::guard_v2()), host.one("c")}));
  CHECK(host.names(edge) == found);
}

// ---- a change of one hook is a change of that hook

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
  component less{"front", elf(bpf_objects::property())};
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

// ---- what others do to our links

TEST_CASE("programs that somebody put into our links are taken back without a gap",
          "[engine][decide][drift]") {
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  scene host;
  fake_kernel kernel{host};
  auto edge = open<linchpin::default_policies>(kernel);
  must(edge.apply({five("front", bpf_objects::property())}));
  const auto before = what_stands(edge, "front");
  for (const auto& [hook, ids] : before)
    static_cast<void>(must(host.replace_program(ids.first, "intruder")));
  for (const auto& attachment : status_of(edge, "front").attachments)
    CHECK(attachment.state == attachment_state::altered);
  never_empty watch{host, hooks_of_five(host)};
  kernel.observe(&watch);
  const std::vector wanted{
      five("front", upgrades ? bpf_objects::property_v2() : bpf_objects::property())};
  const auto report = must(edge.apply(wanted));
  kernel.observe(nullptr);
  CHECK(watch.gaps == 0);
  CHECK(report.attached == 0);
  CHECK(report.detached == 0);
  const auto after = what_stands(edge, "front");
  for (const auto& [hook, ids] : before) {
    INFO(hook);
    CHECK(after.at(hook).first == ids.first);
    if (!upgrades) CHECK(after.at(hook).second == ids.second);
  }
  check_settled(edge, wanted);
}

TEST_CASE("three altered links at one cgroup are taken back in their places",
          "[engine][decide][drift]") {
  scene host{place::cgroup};
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<linchpin::default_policies>(kernel);
  const std::vector desired{host.one("a"), host.one("b"), host.one("c")};
  must(edge.apply(desired));
  host.stranger("s2");
  const auto before = host.run(host.at());
  for (const char* name : {"a", "b", "c"}) {
    for (const auto& [hook, ids] : what_stands(edge, name))
      static_cast<void>(must(host.replace_program(ids.first, "intruder")));
  }
  REQUIRE(host.run(host.at()) != before);
  must(edge.apply(desired));
  CHECK(host.run(host.at()) == before);
  check_settled(edge, desired);
}

TEST_CASE("an altered link that is no longer wanted goes, the intruder with it",
          "[engine][decide][drift]") {
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2)}));
  for (const auto& [hook, ids] : what_stands(edge, "a"))
    static_cast<void>(must(host.replace_program(ids.first, "intruder")));
  must(edge.apply({host.one("b", 2)}));
  CHECK(host.names(edge) == names{"b"});
  CHECK(host.links().size() == 1);
  check_settled(edge, {host.one("b", 2)});
}

TEST_CASE(
    "a link that is altered between plan and apply ends the apply cleanly, and the next one "
    "takes it back",
    "[engine][decide][drift]") {
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2)}));
  const std::vector next{host.one("a", 1, bpf_objects::guard_v2()),
                         host.one("b", 2, bpf_objects::guard_v2())};
  const auto plan = must(edge.plan(next));
  for (const auto& [hook, ids] : what_stands(edge, "b"))
    static_cast<void>(must(host.replace_program(ids.first, "intruder")));
  const auto told = refused(edge.apply(plan));
  CHECK(told.is(errc::rolled_back));
  must(edge.apply(next));
  CHECK(host.names(edge) == names{"a", "b"});
  check_settled(edge, next);
}

// ---- targets that go away in the middle

TEST_CASE("a target that goes away between plan and attach is a state, and the rest is upgraded",
          "[engine][decide][target]") {
  const auto when = GENERATE(verb::load, verb::attach, verb::update);
  CAPTURE(linchpin::testing::verb_name(when));
  const bool cgroup = GENERATE(false, true);
  CAPTURE(cgroup);
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  component before{"gate", elf(bpf_objects::guard())};
  before.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
  must(edge.apply({before}));
  component wanted{"gate", elf(bpf_objects::guard_v2())};
  wanted.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
  wanted.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  wanted.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
  wanted.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  during vanishes{when, 1, [&] {
                    if (cgroup) {
                      host.remove_cgroup(web);
                    } else {
                      host.remove_interface("eth1");
                    }
                  }};
  kernel.observe(&vanishes);
  const auto report = must(edge.apply({wanted}));
  kernel.observe(nullptr);
  REQUIRE(vanishes.happened);
  CHECK(report.gone <= 1);
  CHECK(host.run(host.egress("eth0")).size() == 1);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  if (cgroup) CHECK(host.run(host.ingress("eth1")).size() == 1);
  if (!cgroup) CHECK(host.run(host.connect4()).size() == 1);
  // A link that was made before its target went away is a zombie by now, and is let go of once.
  if (when == verb::update) must(edge.apply({wanted}));
  const auto next = must(edge.plan({wanted}));
  INFO(next.text());
  CHECK(next.empty());
  CHECK(must(edge.status()).components.front().generation == linchpin::generation{2});

  cgroup ? static_cast<void>(host.add_cgroup(web)) : static_cast<void>(host.add_interface("eth1"));
  must(edge.apply({wanted}));
  check_settled(edge, {wanted});
}

TEST_CASE("a target that goes away while a program moves there is a state",
          "[engine][decide][target]") {
  const auto when = GENERATE(verb::attach, verb::detach, verb::query);
  CAPTURE(linchpin::testing::verb_name(when));
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_twice>(kernel);
  auto a = host.one("a", 1), b = host.one("b", 2);
  a.attach("guard_out", linchpin::hook::tcx_egress{"eth1"});
  must(edge.apply({a, b}));
  during vanishes{when, 1, [&] { host.remove_interface("eth0"); }};
  kernel.observe(&vanishes);
  auto late_a = host.one("a", 3, bpf_objects::guard_v2());
  late_a.attach("guard_out", linchpin::hook::tcx_egress{"eth1"});
  must(edge.apply({late_a, b}));
  kernel.observe(nullptr);
  REQUIRE(vanishes.happened);
  CHECK(host.run(host.egress("eth1")).size() == 1);
  // A link that was made before its target went away is a zombie by now, and is let go of once.
  if (when == verb::detach) must(edge.apply({late_a, b}));
  CHECK(must(edge.plan({late_a, b})).empty());
}

// ---- what is written meanwhile

TEST_CASE("entries that were written after the switch are carried back or told of",
          "[engine][decide][carry]") {
  bool ever_written = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    const auto key = std::vector(4, std::byte{9});
    bool struck = false;
    bool written = false;
    auto upgrade = host.one("gate", 0, bpf_objects::guard_v2());
    upgrade.map("flows").carry(linchpin::carry::copy{});
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      other_service other{host};
      auto edge = open(faulty);
      must(edge.apply({host.one("gate")}));
      const auto old_map = host.maps();
      // Directly after the switch the new generation writes one entry.
      during writes{verb::update, 1, [&] {
                      for (const auto& path : host.pins()) {
                        if (!path.ends_with("map-flows")) continue;
                        const auto map = other.open(path, linchpin::pin_kind::map);
                        if (must(other.kernel().describe_map(map.ref())).id <= old_map.back())
                          continue;
                        must(other.kernel().write_map(
                            map.ref(), {4, 16, key, std::vector(16, std::byte{1})}, false));
                        written = true;
                      }
                    }};
      kernel.observe(&writes);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{upgrade}, 1).has_value());
      kernel.observe(nullptr);
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open(next);
    const auto map = must(edge.map_handle("gate", "flows"));
    const bool there = must(next.read_map(map)).size() == 1;
    if (written && !there) {
      INFO(edge.recovered());
      CHECK(edge.recovered().find("flows") != std::string::npos);
    }
    ever_written = ever_written || written;
    if (!struck) {
      CHECK(there);
      break;
    }
  }
  CHECK(ever_written);
}
