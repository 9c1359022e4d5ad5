// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "scene.hpp"

// Order policies about a whole chain.

using namespace engine_test;
using linchpin::arrangement;
using linchpin::chain_view;
using linchpin::decision;
using linchpin::errc;
using linchpin::outcome;
using linchpin::refusal;

namespace {

// Ours side by side, by name, directly behind the last stranger called gateway; the strangers in front
// of ours and behind them as they stand.
struct together_behind_the_gateway {
  static constexpr std::string_view policy_id = "order.together/1";
  static constexpr bool observes = true;

  [[nodiscard]] decision<arrangement> arrange(const chain_view& chain) const {
    std::vector<std::size_t> ours;
    arrangement made;
    std::size_t behind = 0;
    for (std::size_t i = 0; i < chain.members.size(); ++i) {
      if (chain.members[i].ours) {
        ours.push_back(i);
        continue;
      }
      made.order.push_back(i);
      if (chain.members[i].name == "gateway") behind = made.order.size();
    }
    std::sort(ours.begin(), ours.end(), [&chain](std::size_t left, std::size_t right) {
      return chain.members[left].component < chain.members[right].component;
    });
    made.order.insert(made.order.begin() + static_cast<std::ptrdiff_t>(behind), ours.begin(),
                      ours.end());
    return made;
  }
};

// Answers with what the test says.
class scripted_order {
 public:
  static constexpr std::string_view policy_id = "order.scripted/1";
  static constexpr bool observes = true;

  scripted_order() = default;
  explicit scripted_order(decision<arrangement> answer) : answer_(std::move(answer)) {}
  [[nodiscard]] decision<arrangement> arrange(const chain_view&) const { return answer_; }

 private:
  decision<arrangement> answer_ = refusal{"nothing was scripted"};
};

// The same for one that does not look at who stands there already.
class unobserving_order : public scripted_order {
 public:
  static constexpr bool observes = false;
  using scripted_order::scripted_order;
};

template <class Order>
struct with_order : linchpin::default_policies {
  using attach_order = Order;
};

}  // namespace

TEST_CASE("a policy about the whole chain arranges it and follows who moves",
          "[engine][policy][whole]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  scene host{where};
  host.stranger("monitor");
  const auto gateway = host.stranger("gateway");
  host.stranger("tail");
  fake_kernel kernel{host};
  auto edge = open<with_order<together_behind_the_gateway>>(kernel);
  const std::vector desired{host.one("c"), host.one("a"), host.one("b")};
  must(edge.apply(desired));
  CHECK(host.names(edge) == names{"monitor", "gateway", "a", "b", "c", "tail"});
  check_nothing_to_plan(edge, desired);

  host.remove_foreign_program(gateway);
  host.stranger("gateway");
  must(edge.apply(desired));
  CHECK(host.names(edge) == names{"monitor", "tail", "gateway", "a", "b", "c"});
  check_nothing_to_plan(edge, desired);
}

TEST_CASE("an arrangement that is none refuses the plan and names the policy",
          "[engine][policy][whole]") {
  scene host;
  host.stranger("s1");
  host.stranger("s2");
  fake_kernel kernel{host};
  struct wrong {
    decision<arrangement> answer;
    std::string_view found;
  };
  const std::vector<wrong> all{
      {arrangement{{0, 1}}, "an order without component a, program guard_in"},
      {arrangement{{0, 1, 1, 2}}, "an order with program 2 (s2) twice"},
      {arrangement{{0, 1, 2, 3}}, "an order with number 3 among 3 programs"},
      {arrangement{{1, 0, 2}}, "an order that moves program 2 (s2) before program 1 (s1)"},
      {refusal{"no"}, "no"},
      {refusal{}, "a refusal without a reason"},
      {refusal{"no", 99}, "no"},
  };
  for (const auto& refused_answer : all) {
    INFO(refused_answer.found);
    auto edge = open<with_order<scripted_order>>(
        kernel, {.attach_order = scripted_order{refused_answer.answer}});
    const auto told = refused(edge.plan({host.one("a")}));
    CHECK(told.is(errc::refused));
    CHECK(told.is(outcome::nothing_tried));
    CHECK(told.subject() == "tcx_ingress eth0");
    CHECK(told.expected() == "an order of the chain, from order.scripted/1");
    CHECK(told.found() == refused_answer.found);
  }
  auto edge = open<with_order<scripted_order>>(
      kernel, {.attach_order = scripted_order{refusal{"not this one", 2}}});
  CHECK(refused(edge.plan({host.one("a")})).subject() ==
        "tcx_ingress eth0: component a, program guard_in");
}

TEST_CASE("a policy that does not observe moves nobody who stands", "[engine][policy][whole]") {
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open<with_order<linchpin::order::append>>(kernel);
    must(edge.apply({host.one("a"), host.one("b")}));
  }
  auto edge = open<with_order<unobserving_order>>(
      kernel, {.attach_order = unobserving_order{arrangement{{1, 0, 2}}}});
  // It is not asked where nobody comes.
  must(edge.apply({host.one("a"), host.one("b")}));
  const auto told = refused(edge.plan({host.one("a"), host.one("b"), host.one("c")}));
  CHECK(told.found() ==
        "an order that moves component b, program guard_in before component a, program guard_in");
}
