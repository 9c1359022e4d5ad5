// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>

#include <string_view>
#include <tuple>

#include "scene.hpp"

// Order policies that a user writes, and the library's own prepend.

using namespace engine_test;
using linchpin::errc;
using linchpin::placement;

namespace {

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

template <class Order>
struct policies_of : linchpin::default_policies {
  using attach_order = Order;
  using update_strategy = linchpin::update::in_place;
};

}  // namespace

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

TEST_CASE("an order that never comes to rest is refused before anything changes",
          "[engine][order][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open<policies_of<everybody_first>>(kernel);
  const auto told = refused(edge.apply({host.one("a"), host.one("b"), host.one("c")}));
  INFO(told.message());
  CHECK(told.is(errc::refused));
  CHECK(told.message().find("order.everybody_first/1") != std::string::npos);
  CHECK(host.run(host.at()).empty());
  CHECK(host.programs().empty());
}

namespace {

template <placement::kind answer, std::size_t index>
struct always {
  static constexpr std::string_view policy_id = "order.always/1";
  static constexpr bool observes = false;

  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member>,
                                std::optional<std::size_t>) const noexcept {
    return {answer, index};
  }
};

template <placement::kind answer, std::size_t index>
std::string found_of() {
  scene host;
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<policies_of<always<answer, index>>>(kernel);
  const auto told = refused(edge.plan({host.one("a")}));
  CHECK(told.is(errc::refused));
  return std::string{told.found()};
}

}  // namespace

TEST_CASE("a place that there is not is refused, and not taken for another",
          "[engine][order][decide]") {
  using kind = placement::kind;
  constexpr auto nowhere = static_cast<std::size_t>(-1);
  CHECK(found_of<kind::after, nowhere>() ==
        "it answered with a place beside number 18446744073709551615; others there: 1");
  CHECK(found_of<kind::before, 1>() == "it answered with a place beside number 1; others there: 1");
  CHECK(found_of<kind::stay, 0>() ==
        "it answered \"stay\" about a program that is not attached yet");
}
