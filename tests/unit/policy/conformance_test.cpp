// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/testing/policy_conformance.hpp>

#include <catch2/catch_test_macros.hpp>

// The suite that users run on policies of their own finds nothing in ours, and the usual mistakes in
// those below.

using namespace linchpin;
using linchpin::testing::findings;

namespace {

const findings nothing;

bool tells(const findings& found, std::string_view words) {
  return found.size() == 1 && found.front().find(words) != std::string::npos;
}

struct second_set : default_policies {
  using attach_order = order::priority;
  using map_sizing = sizing::per_cpu;
  using update_strategy = update::make_before_break;
  using map_carry = carry::copy;
  using lifetime = linchpin::lifetime::ephemeral;
  using recovery = linchpin::recovery::retry;
  using fallback = linchpin::fallback::strict;
  using drift = linchpin::drift::report;
};
struct third_set : default_policies {
  using attach_order = order::prepend;
  using map_sizing = sizing::fixed;
  using update_strategy = update::recreate;
  using map_carry = carry::discard;
  using recovery = linchpin::recovery::degrade;
  using drift = linchpin::drift::yield;
};

using members = std::span<const chain_member>;
using position = std::optional<std::size_t>;

struct past_the_end {
  static constexpr std::string_view policy_id = "order.past_the_end/1";
  static constexpr bool observes = false;
  placement place(const program_view&, members others, position) const noexcept {
    return {placement::kind::after, others.size()};
  }
};
struct stays_unattached {
  static constexpr std::string_view policy_id = "order.stays_unattached/1";
  static constexpr bool observes = true;
  placement place(const program_view&, members, position) const noexcept {
    return {placement::kind::stay};
  }
};
struct everybody_first {
  static constexpr std::string_view policy_id = "order.everybody_first/1";
  static constexpr bool observes = true;
  placement place(const program_view&, members, position) const noexcept {
    return {placement::kind::first};
  }
};
struct in_turn {
  static constexpr std::string_view policy_id = "order.in_turn/1";
  static constexpr bool observes = false;
  mutable bool first = false;
  placement place(const program_view&, members, position) const noexcept {
    first = !first;
    return {first ? placement::kind::first : placement::kind::last};
  }
};
struct silent_refusal {
  static constexpr std::string_view policy_id = "order.silent_refusal/1";
  static constexpr bool observes = false;
  decision<placement> place(const program_view&, members, position) const { return refusal{}; }
};
struct unversioned {
  static constexpr std::string_view policy_id = "order.unversioned";
  static constexpr bool observes = false;
  placement place(const program_view&, members, position) const noexcept { return {}; }
};

template <auto Size>
struct sized {
  static constexpr std::string_view policy_id = "sizing.sized/1";
  map_shape size(const map_view& declared, const machine_view& machine) const noexcept {
    return Size(declared, machine);
  }
};

template <class View, auto Choose>
struct choosing {
  static constexpr std::string_view policy_id = "any.choosing/1";
  auto choose(const View& view) const noexcept { return Choose(view); }
};

template <auto Choose>
struct choosing_ways {
  static constexpr std::string_view policy_id = "fallback.choosing/1";
  std::optional<std::size_t> choose(const hook_view&, std::span<const rung_view> rungs,
                                    std::size_t from) const noexcept {
    return Choose(rungs, from);
  }
};

// Policies about the whole.
template <auto Arrange, bool observes_who_stands = true>
struct arranging {
  static constexpr std::string_view policy_id = "order.arranging/1";
  static constexpr bool observes = observes_who_stands;
  decision<arrangement> arrange(const chain_view& chain) const {
    arrangement made;
    for (std::size_t i = 0; i < chain.members.size(); ++i) made.order.push_back(i);
    Arrange(chain, made.order);
    return made;
  }
};
using indices = std::vector<std::size_t>;

template <auto Sizes>
struct sizing_all {
  static constexpr std::string_view policy_id = "sizing.all/1";
  decision<std::vector<map_shape>> sizes(const sizing_view& all) const { return Sizes(all); }
};

template <auto Choose>
struct choosing_all {
  static constexpr std::string_view policy_id = "update.all/1";
  decision<std::vector<update_choice>> choose_all(const upgrade_view& all) const {
    return Choose(all);
  }
};

}  // namespace

TEST_CASE("usual mistakes in the order of a whole chain are found", "[policy][conformance]") {
  constexpr auto as_it_is = [](const chain_view&, indices&) {};
  CHECK(testing::check_order(arranging<as_it_is>{}) == nothing);
  CHECK(testing::check_order(arranging<as_it_is, false>{}) == nothing);
  CHECK(testing::check_order(order::by_place<order::priority>{}) == nothing);
  constexpr auto without_the_last = [](const chain_view&, indices& order) { order.pop_back(); };
  CHECK(tells(testing::check_order(arranging<without_the_last>{}), "leaves somebody out"));
  constexpr auto twice = [](const chain_view&, indices& order) { order.back() = order.front(); };
  CHECK_FALSE(testing::check_order(arranging<twice>{}).empty());
  constexpr auto strangers_apart = [](const chain_view& chain, indices& order) {
    if (chain.standing > 1) std::swap(order[0], order[1]);
  };
  const auto moved = testing::check_order(arranging<strangers_apart>{});
  CHECK(std::find(moved.begin(), moved.end(),
                  "its arrangement moves programs that are not ours to move") != moved.end());
  CHECK(std::find(moved.begin(), moved.end(),
                  "programs of ours move round and round: it must leave alone an order that it has "
                  "made") != moved.end());
  const auto unseen = testing::check_order(arranging<strangers_apart, false>{});
  CHECK(std::find(unseen.begin(), unseen.end(),
                  "it does not observe, and its arrangement moves who stands already") !=
        unseen.end());
}

TEST_CASE("usual mistakes in sizes and choices about the whole are found",
          "[policy][conformance]") {
  constexpr auto none = [](const sizing_view&) { return std::vector<map_shape>{}; };
  CHECK(tells(testing::check_sizing(sizing_all<none>{}), "another number of sizes"));
  constexpr auto no_choice = [](const upgrade_view&) { return std::vector<update_choice>{}; };
  CHECK(tells(testing::check_update(choosing_all<no_choice>{}), "another number of choices"));
  constexpr auto for_ever = [](const upgrade_view& all) {
    return std::vector<update_choice>(
        all.hooks.size(), update_choice{update_method::make_before_break, 4'000'000'000U});
  };
  CHECK(tells(testing::check_update(choosing_all<for_ever>{}), "more than a second"));
}

TEST_CASE("the conformance suite finds nothing in the stock policies", "[policy][conformance]") {
  CHECK(testing::check_policies<default_policies>() == nothing);
  CHECK(testing::check_policies<second_set>() == nothing);
  CHECK(testing::check_policies<third_set>({.map_sizing = {{"flows", 4096}}}) == nothing);
}

TEST_CASE("usual mistakes in an order are found", "[policy][conformance]") {
  CHECK_FALSE(testing::check_order(past_the_end{}).empty());
  CHECK(testing::check_order(past_the_end{}).front().find("answers \"after program") !=
        std::string::npos);
  CHECK(testing::check_order(stays_unattached{}).front().find("not attached yet") !=
        std::string::npos);
  CHECK(tells(testing::check_order(everybody_first{}), "round and round"));
  CHECK(tells(testing::check_order(in_turn{}), "asked twice"));
  CHECK(testing::check_order(silent_refusal{}).front() == "it refuses without a reason");
  CHECK(tells(testing::check_order(unversioned{}), "does not end in a version"));
}

TEST_CASE("usual mistakes in a size are found", "[policy][conformance]") {
  constexpr auto product = [](const map_view& map, const machine_view& machine) {
    return map_shape{map.max_entries * machine.possible_cpus, map.flags};
  };
  const auto wraps = testing::check_sizing(sized<product>{});
  CHECK(std::any_of(wraps.begin(), wraps.end(), [](const auto& found) {
    return found.find("wraps around") != std::string::npos;
  }));
  constexpr auto halved = [](const map_view& map, const machine_view&) {
    return map_shape{map.max_entries / 2, map.flags};
  };
  CHECK(testing::check_sizing(sized<halved>{}).front().find("no entries") != std::string::npos);
  constexpr auto bare = [](const map_view& map, const machine_view&) {
    return map_shape{map.max_entries, 0};
  };
  CHECK(tells(testing::check_sizing(sized<bare>{}), "loses flags"));
  constexpr auto odd = [](const map_view& map, const machine_view&) {
    return map_shape{
        map.type == uapi::map_type::ringbuf ? map.max_entries / 3 * 2 + 1 : map.max_entries,
        map.flags};
  };
  CHECK(tells(testing::check_sizing(sized<odd>{}), "ring buffer"));
}

TEST_CASE("usual mistakes in a choice are found", "[policy][conformance]") {
  constexpr auto no_word = [](const hook_view&) { return update_method{9}; };
  CHECK(tells(testing::check_update(choosing<hook_view, no_word>{}), "a word that there is not"));
  constexpr auto no_carry = [](const carry_view&) { return carry_method{9}; };
  CHECK(tells(testing::check_carry(choosing<carry_view, no_carry>{}), "a word that there is not"));
  constexpr auto no_lifetime = [](std::string_view) { return lifetime_kind{9}; };
  CHECK(tells(testing::check_lifetime(choosing<std::string_view, no_lifetime>{}),
              "a word that there is not"));
  constexpr auto no_action = [](const drift_view&) { return drift_action{9}; };
  CHECK(tells(testing::check_drift(choosing<drift_view, no_action>{}), "a word that there is not"));
}

TEST_CASE("usual mistakes in a recovery are found", "[policy][conformance]") {
  constexpr auto always = [](const failure_view&) { return recovery_action::retry; };
  const auto found = testing::check_recovery(choosing<failure_view, always>{});
  REQUIRE(found.size() == 2);
  CHECK(found[0].find("may have been done already") != std::string::npos);
  CHECK(found[1].find("never gives up") != std::string::npos);
  constexpr auto slow = [](const failure_view& failed) {
    return failed.retryable && failed.attempt == 1
               ? recovery_answer{recovery_action::retry, 5'000'000}
               : recovery_answer{recovery_action::roll_back};
  };
  CHECK(tells(testing::check_recovery(choosing<failure_view, slow>{}), "more than a second"));
}

TEST_CASE("usual mistakes in a fallback are found", "[policy][conformance]") {
  constexpr auto first = [](std::span<const rung_view>, std::size_t) {
    return std::optional<std::size_t>{0};
  };
  const auto found = testing::check_fallback(choosing_ways<first>{});
  REQUIRE(found.size() == 2);
  CHECK(found[0].find("tried already") != std::string::npos);
  CHECK(found[1].find("does not have") != std::string::npos);
  constexpr auto beyond = [](std::span<const rung_view> rungs, std::size_t) {
    return std::optional<std::size_t>{rungs.size()};
  };
  CHECK(tells(testing::check_fallback(choosing_ways<beyond>{}), "not offered"));
}
