// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>

#include <algorithm>
#include <optional>
#include <random>

#include "scene.hpp"

// The numbers that a plan gives to filters, among filters that are not eBPF programs and that no chain
// lists.

using namespace engine_test;
using linchpin::errc;
using linchpin::placement;

namespace {

constexpr std::uint16_t first_number = 32768;  // of the first filter at a hook

struct filter_scene : scene {
  filter_scene() : scene(place::clsact) {}

  linchpin::program_id stranger_at(const std::string& name, std::uint16_t priority) {
    linchpin::anchor where;
    where.tc_priority = priority;
    const auto id = must(add_foreign_program(at(), name, where));
    strangers[id] = name;
    return id;
  }
};

/// The numbers at a hook in run order.
std::vector<std::uint16_t> numbers(linchpin::kernel& kernel, const linchpin::attach_point& at) {
  std::vector<std::uint16_t> found;
  for (const auto& entry : must(kernel.query(at)).entries) found.push_back(entry.tc_priority);
  return found;
}

/// The numbers that a plan gives, in the order of its steps.
std::vector<std::uint16_t> planned_numbers(const linchpin::plan& plan) {
  std::vector<std::uint16_t> found;
  for (const auto& step : plan.steps()) {
    if (step.kind != linchpin::step_kind::attach_program) continue;
    found.push_back(plan.places().at(step.place).tc_priority);
  }
  return found;
}

// Directly behind a stranger of one name.
struct behind_the_gateway {
  static constexpr std::string_view policy_id = "order.behind_the_gateway/1";
  static constexpr bool observes = false;

  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member> others,
                                std::optional<std::size_t> current) const noexcept {
    if (current) return {placement::kind::stay};
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (others[i].name == "gateway") return {placement::kind::after, i};
    }
    return {placement::kind::last};
  }
};
struct gateway_policies : linchpin::default_policies {
  using attach_order = behind_the_gateway;
};

// By priority behind the first stranger.
struct behind_s1 {
  static constexpr std::string_view policy_id = "order.behind_s1/1";
  static constexpr bool observes = true;

  [[nodiscard]] placement place(const linchpin::program_view& program,
                                std::span<const linchpin::chain_member> others,
                                std::optional<std::size_t> current) const noexcept {
    std::size_t index = 1;
    while (index < others.size() && others[index].ours &&
           others[index].priority < program.priority) {
      ++index;
    }
    if (current == index) return {placement::kind::stay};
    return {placement::kind::after, index - 1};
  }
};
template <class Policies>
struct between_strangers : Policies {
  using attach_order = behind_s1;
};

}  // namespace

TEST_CASE("filters get the numbers that the plan chose", "[engine][order][tc_priority]") {
  filter_scene host;
  must(host.add_foreign_filter(host.at(), first_number));
  host.stranger_at("s1", first_number + 1);
  must(host.add_foreign_filter(host.at(), first_number + 2));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const std::vector desired{host.one("a", 1), host.one("b", 2)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  // Last is behind the filters that the chain does not list, too.
  const std::vector<std::uint16_t> expected{first_number + 2 + 256, first_number + 2 + 512};
  CHECK(planned_numbers(plan) == expected);
  must(edge.apply(plan));
  auto found = numbers(kernel, host.at());
  REQUIRE(found.size() == 3);
  found.erase(found.begin());
  CHECK(found == expected);
  CHECK(host.names(edge) == names{"s1", "a", "b"});
  check_settled(edge, desired);
}

TEST_CASE("a filter that is not BPF on the last free number makes one of ours move",
          "[engine][order][tc_priority]") {
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1)}));
  REQUIRE(numbers(kernel, host.at()) == std::vector{first_number});
  must(host.add_foreign_filter(host.at(), first_number + 1));
  host.stranger_at("s1", first_number + 2);
  const std::vector desired{host.one("a", 1), host.one("b", 2)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  CHECK(plan.components().front().attachments.front().why == linchpin::cause::makes_room);
  must(edge.apply(plan));
  CHECK(host.names(edge) == names{"a", "b", "s1"});
  check_settled(edge, desired);
}

TEST_CASE("a program runs behind its neighbour also where the next number is not free",
          "[engine][order][tc_priority]") {
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1)}));
  must(host.add_foreign_filter(host.at(), first_number + 1));
  host.stranger_at("s1", first_number + 3);
  const auto plan = must(edge.plan({host.one("a", 1), host.one("b", 2)}));
  INFO(plan.text());
  CHECK(planned_numbers(plan) == std::vector<std::uint16_t>{first_number + 2});
  must(edge.apply(plan));
  CHECK(host.names(edge) == names{"a", "b", "s1"});
}

TEST_CASE("upgrades that attach before they detach never run out of numbers",
          "[engine][order][tc_priority]") {
  filter_scene host;
  host.stranger_at("s1", first_number);
  fake_kernel kernel{host};
  auto edge = open<ordered_twice>(kernel);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const auto object = round % 2 == 0 ? bpf_objects::guard() : bpf_objects::guard_v2();
    must(edge.apply({host.one("a", 1, object), host.one("b", 2, object)}));
    CHECK(host.names(edge) == names{"s1", "a", "b"});
  }
}

TEMPLATE_TEST_CASE("programs that change places again and again never run out of numbers",
                   "[engine][order][tc_priority]", ordered_twice, ordered_with_gap) {
  // Room for both and for one that moves, and hardly more; room for a thousand.
  const std::uint16_t apart = GENERATE(4, 7, 60, 5000);
  CAPTURE(apart);
  filter_scene host;
  host.stranger_at("s1", first_number);
  host.stranger_at("s2", first_number + apart);
  fake_kernel kernel{host};
  auto edge = open<between_strangers<TestType>>(kernel);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const bool turned = round % 2 != 0;
    must(edge.apply({host.one("a", turned ? 3 : 1), host.one("b", 2)}));
    REQUIRE(host.names(edge) ==
            (turned ? names{"s1", "b", "a", "s2"} : names{"s1", "a", "b", "s2"}));
  }
}

TEST_CASE("five programs stand as asked for between strangers, whatever orders follow each other",
          "[engine][order][tc_priority]") {
  const std::uint16_t apart = GENERATE(24, 40, 300);
  CAPTURE(apart);
  filter_scene host;
  host.stranger_at("s1", first_number);
  host.stranger_at("s2", first_number + apart);
  fake_kernel kernel{host};
  auto edge = open<between_strangers<ordered_twice>>(kernel);
  std::mt19937 chance{apart};
  names order{"a", "b", "c", "d", "e"};
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::shuffle(order.begin(), order.end(), chance);
    std::vector<linchpin::desired_component> wanted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      wanted.push_back(host.one(order[i], static_cast<int>(i)));
    }
    must(edge.apply(wanted));
    auto chain = order;
    chain.insert(chain.begin(), "s1");
    chain.emplace_back("s2");
    REQUIRE(host.names(edge) == chain);
  }
}

TEST_CASE("a service that reorders leaves room for another one on its interface",
          "[engine][order][tc_priority]") {
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = must(loose_orchestrator<ordered_twice>::open("/sys/fs/bpf/edge", {.on = &kernel}));
  auto mesh = must(loose_orchestrator<ordered_twice>::open("/sys/fs/bpf/mesh", {.on = &kernel}));
  const auto desired = [&](int round) {
    return std::vector{host.one("a", round % 2 != 0 ? 3 : 1), host.one("b", 2)};
  };
  must(edge.apply(desired(0)));
  must(mesh.apply(desired(0)));
  for (int round = 0; round < 1000; ++round) must(edge.apply(desired(round)));
  for (int round = 0; round < 1000; ++round) must(mesh.apply(desired(round)));
  for (int round = 0; round < 1000; ++round) {
    CAPTURE(round);
    must(edge.apply(desired(round)));
    must(mesh.apply(desired(round)));
    // Each keeps its order among its own, as the kernel lists them.
    for (auto* service : {&edge, &mesh}) {
      auto own = host.names(*service);
      std::erase_if(own, [](const std::string& name) { return name != "a" && name != "b"; });
      REQUIRE(own == (round % 2 != 0 ? names{"b", "a"} : names{"a", "b"}));
    }
  }
}

TEST_CASE("a place without a free number is refused by the plan", "[engine][order][tc_priority]") {
  filter_scene host;
  host.stranger_at("gateway", 100);
  must(host.add_foreign_filter(host.at(), 101));
  host.stranger_at("s1", 102);
  fake_kernel kernel{host};
  auto edge = open<gateway_policies>(kernel);
  const auto before = host.text();
  const auto told = edge.plan({host.one("a", 1)});
  REQUIRE_FALSE(told);
  INFO(told.error().message());
  CHECK(told.error().is(errc::full));
  CHECK(told.error().message().find("between 100 and 102") != std::string::npos);
  CHECK(told.error().message().find("component a") != std::string::npos);
  CHECK(host.text() == before);
}

TEST_CASE(
    "a number that somebody takes after the plan was made is a conflict, and the next plan "
    "chooses another",
    "[engine][order][tc_priority]") {
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1)}));
  const std::vector desired{host.one("a", 1), host.one("b", 2)};
  const auto plan = must(edge.plan(desired));
  const auto taken = planned_numbers(plan).front();
  const bool by_a_program = GENERATE(false, true);
  CAPTURE(by_a_program);
  if (by_a_program) {
    host.stranger_at("s1", taken);
  } else {
    must(host.add_foreign_filter(host.at(), taken));
  }
  const auto before = host.text();
  const auto refused = edge.apply(plan);
  REQUIRE_FALSE(refused);
  INFO(refused.error().message());
  CHECK(refused.error().is(linchpin::outcome::rolled_back));
  CHECK(refused.error().retryable());
  CHECK(refused.error().expected().find(std::to_string(taken)) != std::string_view::npos);
  CHECK(host.text() == before);
  must(edge.apply(desired));
  auto found = host.names(edge);
  std::erase(found, "s1");
  CHECK(found == names{"a", "b"});
  check_settled(edge, desired);
}

TEST_CASE("a number that is taken while a plan is carried out costs that attempt only",
          "[engine][order][tc_priority]") {
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1)}));
  const std::vector desired{host.one("a", 1), host.one("b", 2), host.one("c", 3)};
  const auto numbers_of_both = planned_numbers(must(edge.plan(desired)));
  REQUIRE(numbers_of_both.size() == 2);
  during taking{verb::attach, 1,
                [&] { must(host.add_foreign_filter(host.at(), numbers_of_both.back())); }};
  kernel.observe(&taking);
  must(edge.apply(desired));
  kernel.observe(nullptr);
  CHECK(taking.happened);
  CHECK(host.names(edge) == names{"a", "b", "c"});
  check_settled(edge, desired);
}

TEST_CASE("a gap is undone beside filters that are not BPF", "[engine][order][tc_priority]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("fails at call " << nth);
    filter_scene host;
    fake_kernel kernel{host};
    faulty_kernel faulty{kernel};
    auto edge = open<ordered_with_gap>(faulty);
    must(edge.apply({host.one("a", 1), host.one("b", 2), host.one("c", 3)}));
    for (const int apart : {-1, 1, 255, 257, 511, 513}) {
      must(host.add_foreign_filter(host.at(), static_cast<std::uint16_t>(first_number + apart)));
    }
    faulty.arm({.what = fault::kind::fail, .nth = nth});
    const auto outcome =
        edge.apply(std::vector{host.one("a", 3), host.one("b", 2), host.one("c", 1)}, 1);
    const bool struck = faulty.struck();
    faulty.disarm();
    const auto found = host.names(edge);
    // What fails after the commit, or while undoing, is finished by the call that looked.
    if (outcome || outcome.error().is(linchpin::outcome::stranded)) {
      CHECK((found == names{"c", "b", "a"} || (!outcome && found == names{"a", "b", "c"})));
    } else {
      CHECK(found == names{"a", "b", "c"});
    }
    CHECK(must(kernel.query(host.at())).other_priorities.size() == 6);
    CHECK(must(edge.status()).healthy());
    if (!struck) break;
  }
}

TEST_CASE("a filter that takes the number of one that is lost is not taken for it",
          "[engine][filters][identity]") {
  struct reporting : ordered {
    using drift = linchpin::drift::report;
  };
  filter_scene host;
  fake_kernel kernel{host};
  auto edge = open<reporting>(kernel);
  must(edge.apply({host.one("gate", 10)}));
  const auto lost = status_of(edge, "gate").attachments.front();
  must(kernel.detach(host.at(), lost.id, {}, lost.running));
  SECTION("of another component") {
    const std::vector both{host.one("gate", 10), host.one("late", 20)};
    must(edge.apply(both));
    CHECK(numbers(kernel, host.at()) == std::vector{first_number});
    CHECK(must(edge.plan(both)).empty());
    must(edge.apply({host.one("late", 20)}));
    CHECK(host.names(edge) == names{"late"});
  }
  SECTION("of a stranger") {
    host.stranger_at("theirs", first_number);
    const std::vector both{host.one("gate", 10), host.one("late", 20)};
    must(edge.apply(both));
    CHECK(host.run(host.at()).size() == 2);
    CHECK(must(edge.plan(both)).empty());
    must(edge.remove_all());
    CHECK(host.run(host.at()).size() == 1);
  }
}
