// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <catch2/catch_test_macros.hpp>

#include <concepts>
#include <set>
#include <string_view>

using namespace linchpin;

namespace {

// A hook as tracing has them: many programs, none of which can be replaced.
struct tracing_hook {
  static constexpr bool exclusive = false;
  static constexpr bool updatable = false;
};

}  // namespace

TEST_CASE("an update policy works where the hook's type lets it", "[policy][update]") {
  STATIC_REQUIRE(update_works_at<update::in_place, hook::xdp>);
  STATIC_REQUIRE(update_works_at<update::in_place, hook::tcx_ingress>);
  STATIC_REQUIRE_FALSE(update_works_at<update::in_place, tracing_hook>);

  STATIC_REQUIRE(update_works_at<update::make_before_break, hook::tcx_egress>);
  STATIC_REQUIRE(update_works_at<update::make_before_break, hook::cgroup_connect4>);
  STATIC_REQUIRE(update_works_at<update::make_before_break, hook::sk_lookup>);
  STATIC_REQUIRE(update_works_at<update::make_before_break, tracing_hook>);
  STATIC_REQUIRE_FALSE(update_works_at<update::make_before_break, hook::xdp>);
  STATIC_REQUIRE_FALSE(update_works_at<update::make_before_break, hook::flow_dissector>);

  STATIC_REQUIRE(update_works_at<update::recreate, hook::xdp>);
  STATIC_REQUIRE(update_works_at<update::recreate, tracing_hook>);
}

TEST_CASE("each stock strategy says what its name says", "[policy]") {
  CHECK(update::in_place{}.choose({}) == update_method::in_place);
  CHECK(update::make_before_break{}.choose({}) == update_method::make_before_break);
  CHECK(update::recreate{}.choose({}) == update_method::recreate);
  CHECK(lifetime::durable{}.choose("fw") == lifetime_kind::durable);
  CHECK(lifetime::ephemeral{}.choose("fw") == lifetime_kind::ephemeral);
}

TEST_CASE("a carry strategy says the same of every map, and as a constant", "[policy][carry]") {
  const auto agrees = [](auto strategy) {
    for (const bool same_layout : {false, true}) {
      CHECK(strategy.choose({.same_layout = same_layout}) == strategy.method);
    }
  };
  STATIC_REQUIRE(carry::reuse::method == carry_method::reuse);
  STATIC_REQUIRE(carry::copy::method == carry_method::copy);
  STATIC_REQUIRE(carry::discard::method == carry_method::discard);
  agrees(carry::reuse{});
  agrees(carry::copy{});
  agrees(carry::discard{});
}

TEST_CASE("retry waits longer each time, up to its bounds", "[policy][recovery]") {
  const auto asked = [](const recovery::retry& policy, std::uint32_t attempt) {
    return policy.choose({.retryable = true, .attempt = attempt});
  };
  constexpr recovery::retry usual;
  CHECK(asked(usual, 1) == recovery_answer{recovery_action::retry, 1000});
  CHECK(asked(usual, 4) == recovery_answer{recovery_action::retry, 8000});
  CHECK(asked(usual, 5) == recovery_answer{recovery_action::roll_back});
  CHECK(usual.choose({.retryable = false, .attempt = 1}) ==
        recovery_answer{recovery_action::roll_back});
  constexpr recovery::retry patient{16, 40'000};
  CHECK(asked(patient, 2) == recovery_answer{recovery_action::retry, 80'000});
  CHECK(asked(patient, 15) == recovery_answer{recovery_action::retry, 100'000});
  constexpr recovery::retry hasty{3, 0};
  CHECK(asked(hasty, 2) == recovery_answer{recovery_action::retry, 0});
}

TEST_CASE("roll_back never tries a step again", "[policy][recovery]") {
  CHECK(recovery::roll_back{}.choose({.retryable = true, .attempt = 1}) ==
        recovery_action::roll_back);
  CHECK(recovery::roll_back{}.choose({.retryable = false, .attempt = 9}) ==
        recovery_action::roll_back);
}

TEST_CASE("strict takes the preferred way or none", "[policy][fallback]") {
  const auto yes = answer::yes();
  const auto no = answer::no("kernel before 6.6");
  const auto unknown = answer::unknown("not probed");
  const auto choose = [](const answer& first, std::size_t from) {
    const auto second = answer::yes();
    const rung_view rungs[] = {{"tcx link", &first}, {"clsact filter", &second}};
    return fallback::strict{}.choose({}, rungs, from);
  };
  CHECK(choose(yes, 0) == 0);
  CHECK(choose(unknown, 0) == 0);
  CHECK_FALSE(choose(no, 0));
  CHECK_FALSE(choose(yes, 1));
  CHECK_FALSE(fallback::strict{}.choose({}, {}, 0));
}

TEST_CASE("ladder takes the first way that is not known to be missing", "[policy][fallback]") {
  const auto yes = answer::yes();
  const auto no = answer::no("kernel before 6.6");
  const auto unknown = answer::unknown("not probed");
  const auto choose = [](const answer& first, const answer& second, std::size_t from) {
    const rung_view rungs[] = {{"tcx link", &first}, {"clsact filter", &second}};
    return fallback::ladder{}.choose({}, rungs, from);
  };
  CHECK(choose(yes, yes, 0) == 0);
  CHECK(choose(unknown, yes, 0) == 0);
  CHECK(choose(no, unknown, 0) == 1);
  CHECK(choose(no, yes, 0) == 1);
  CHECK(choose(yes, yes, 1) == 1);
  CHECK_FALSE(choose(no, no, 0));
  CHECK_FALSE(choose(yes, no, 1));
  CHECK_FALSE(choose(yes, yes, 2));
  CHECK_FALSE(choose(yes, yes, 7));
}

TEST_CASE("a way nobody answered for is tried", "[policy][fallback]") {
  const rung_view rungs[] = {{"xdp native", nullptr}};
  CHECK(fallback::strict{}.choose({}, rungs, 0) == 0);
  CHECK(fallback::ladder{}.choose({}, rungs, 0) == 0);
}

TEST_CASE("every stock strategy is recorded under an id of its own, with a version", "[policy]") {
  const std::string_view ids[] = {
      order::append::policy_id,       order::prepend::policy_id,
      order::priority::policy_id,     sizing::declared::policy_id,
      sizing::fixed::policy_id,       sizing::per_cpu::policy_id,
      update::in_place::policy_id,    update::make_before_break::policy_id,
      update::recreate::policy_id,    carry::reuse::policy_id,
      carry::copy::policy_id,         carry::discard::policy_id,
      lifetime::durable::policy_id,   lifetime::ephemeral::policy_id,
      recovery::roll_back::policy_id, fallback::strict::policy_id,
      fallback::ladder::policy_id};
  std::set<std::string_view> seen;
  for (const auto id : ids) {
    CHECK(seen.insert(id).second);
    CHECK(id.ends_with("/1"));
  }
}

TEST_CASE("a set overrides one slot and keeps the others, and is given parameters", "[policy]") {
  struct sized : default_policies {
    using map_sizing = linchpin::sizing::fixed;
  };
  STATIC_REQUIRE(policy_set<sized>);
  STATIC_REQUIRE(std::same_as<sized::attach_order, order::append>);
  const policy_values<sized> held{.map_sizing = {{"blocked", 4096}}};
  CHECK(held.map_sizing.size({.name = "blocked", .max_entries = 1}, {}).max_entries == 4096);
}

TEST_CASE("a component is what it is as data, and takes hooks that come from data", "[policy]") {
  STATIC_REQUIRE(sizeof(component<>) == sizeof(desired_component));
  STATIC_REQUIRE(std::same_as<orchestrator<>::component, component<>>);
  component edge{"edge", object_source{}};
  STATIC_REQUIRE(std::same_as<decltype(edge), component<>>);
  edge.attach("count", hook::xdp{"eth0"}).priority(7);
  edge.attach("insist", any_hook{hook::xdp{"eth1"}.native()});
  edge.attach("filter", any_hook{hook::tcx_ingress{"eth0"}});
  REQUIRE(edge.attachments().size() == 3);
  CHECK(edge.attachments()[0].program == "count");
  CHECK(edge.attachments()[0].priority == 7);
  CHECK(edge.attachments()[0].hook.mechanisms().size() == 2);
  CHECK(edge.attachments()[1].hook.mechanisms().size() == 1);
  CHECK(edge.attachments()[2].hook == any_hook{hook::tcx_ingress{"eth0"}});
  const component again{desired_component{edge}};
  CHECK(again.name() == "edge");
  CHECK(again.attachments().size() == 3);
}

TEST_CASE("a component that insists on a way of XDP does so at each of its hooks", "[policy]") {
  orchestrator<>::component_at<hook::xdp_way::native> driver{"driver", object_source{}};
  driver.attach("count", hook::xdp{"eth0"});
  driver.attach("count", hook::xdp{"eth1"}.native());
  driver.attach("filter", hook::tcx_ingress{"eth0"});
  for (std::size_t i = 0; i < 2; ++i) {
    const auto ways = driver.attachments()[i].hook.mechanisms();
    REQUIRE(ways.size() == 1);
    CHECK(ways[0] == hook::xdp_native);
  }
  component<update::recreate, hook::xdp_way::generic> slow{"slow", object_source{}};
  slow.attach("count", hook::xdp{"eth0"});
  CHECK(slow.attachments()[0].hook.mechanisms()[0] == hook::xdp_generic);
}

TEST_CASE("a carry between known layouts is what fits", "[policy]") {
  struct one {
    std::uint32_t packets;
    std::uint32_t bytes;
  };
  struct same {
    std::uint32_t seen;
    std::uint32_t of_bytes;
  };
  struct wide {
    std::uint64_t packets;
    std::uint64_t bytes;
  };
  STATIC_REQUIRE(carries_between<carry::copy, one, same>);
  STATIC_REQUIRE(carries_between<carry::reuse, one, one>);
  STATIC_REQUIRE_FALSE(carries_between<carry::copy, one, wide>);
  STATIC_REQUIRE_FALSE(carries_between<carry::reuse, wide, one>);
  STATIC_REQUIRE(carries_between<carry::discard, one, wide>);
  STATIC_REQUIRE(carries_between<carry::copy, one, std::uint64_t>);  // the plan compares the fields
  component edge{"edge", object_source{}};
  edge.map<std::uint32_t, same>("flows").max_entries(8).carry_from<std::uint32_t, one>(
      carry::copy{});
  REQUIRE(edge.maps().size() == 1);
  CHECK(edge.maps()[0].max_entries == 8);
  CHECK(edge.maps()[0].carry == carry_method::copy);
  CHECK(edge.maps()[0].entry == entry_size{4, 8});
}

// A slot's name hides no namespace of strategies.
namespace by_short_names {
using namespace linchpin;
struct policies : default_policies {
  using attach_order = order::priority;
  using map_sizing = sizing::per_cpu;
  using update_strategy = update::recreate;
  using map_carry = carry::copy;
};
static_assert(policy_set<policies>);
}  // namespace by_short_names
