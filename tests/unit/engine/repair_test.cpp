// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "five_hooks.hpp"

// Programs that somebody put into our links: they are replaced by ours, where they stand.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::errc;

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

TEST_CASE("an altered link whose pin is gone as well goes when it is no longer wanted",
          "[engine][decide][drift]") {
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2)}));
  other_service other{host};
  const auto path = std::string{root} + "/a/link-0";
  const auto held = other.open(path, linchpin::pin_kind::link);
  for (const auto& [hook, ids] : what_stands(edge, "a"))
    static_cast<void>(must(host.replace_program(ids.first, "intruder")));
  must(kernel.remove_pin(path));
  must(edge.remove("a"));
  CHECK(host.names(edge) == names{"b"});
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
  CHECK(told.is(linchpin::outcome::rolled_back));
  must(edge.apply(next));
  CHECK(host.names(edge) == names{"a", "b"});
  check_settled(edge, next);
}

namespace {

template <class Drift>
struct under : engine_test::ordered {
  using drift = Drift;
};

struct only_ours_at_a {
  static constexpr std::string_view policy_id = "drift.only_ours_at_a/1";

  [[nodiscard]] linchpin::decision<linchpin::drift_action> choose(
      const linchpin::drift_view& found) const {
    if (found.component == "a") return linchpin::drift_action::take_back;
    return linchpin::refusal{
        std::string{found.program} + " at " + std::string{found.target} +
        (found.what == linchpin::drift_kind::detached ? " was detached" : " was replaced")};
  }
};

// Of a component of one hook.
void take_away(scene& host, linchpin::orchestrator_core& edge, const std::string& component,
               linchpin::drift_kind what) {
  if (what == linchpin::drift_kind::replaced) {
    for (const auto& [hook, ids] : what_stands(edge, component))
      static_cast<void>(must(host.replace_program(ids.first, "intruder")));
    return;
  }
  // Its slot counts up with each link that the component ever had.
  other_service other{host};
  for (const auto& path : host.pins()) {
    if (path.starts_with(std::string{root} + "/" + component + "/link-"))
      other.detach(host.at(), path);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("what others made of a hook stays so where the drift policy says so",
                   "[engine][decide][drift]", linchpin::drift::report, linchpin::drift::yield) {
  const auto where = GENERATE(place::tcx, place::cgroup);
  const auto what = GENERATE(linchpin::drift_kind::replaced, linchpin::drift_kind::detached);
  CAPTURE(name_of(where), static_cast<int>(what));
  scene host{where};
  fake_kernel kernel{host};
  const auto desired = [&](std::span<const std::byte> object) {
    return std::vector{host.one("a", 1, object), host.one("b", 2, object)};
  };
  {
    auto edge = open<under<TestType>>(kernel);
    must(edge.apply(desired(bpf_objects::guard())));
    take_away(host, edge, "a", what);
    const auto before = host.run(host.at());
    const auto plan = must(edge.plan(desired(bpf_objects::guard())));
    INFO(plan.text());
    CHECK(plan.empty());
    REQUIRE(plan.notes().size() == 1);
    CHECK(plan.notes().front().find(TestType::policy_id) != std::string::npos);
    must(edge.apply(plan));
    CHECK(host.run(host.at()) == before);
    CHECK(must(edge.status()).healthy() == std::is_same_v<TestType, linchpin::drift::yield>);

    // An upgrade passes it by, and says no more than before.
    must(edge.apply(desired(bpf_objects::guard_v2())));
    const auto after = host.run(host.at());
    REQUIRE(after.size() == before.size());
    if (what == linchpin::drift_kind::replaced) CHECK(after.front() == before.front());
    CHECK(after.back() != before.back());
    CHECK(must(edge.plan(desired(bpf_objects::guard_v2()))).empty());
  }
  // Another policy takes it back, to what the component runs by now.
  auto edge = open<ordered>(kernel);
  must(edge.apply(desired(bpf_objects::guard_v2())));
  CHECK(host.names(edge) == names{"a", "b"});
  check_settled(edge, desired(bpf_objects::guard_v2()));
}

TEMPLATE_TEST_CASE("a component goes whole, whatever others made of its hooks",
                   "[engine][decide][drift]", linchpin::drift::report, linchpin::drift::yield) {
  const auto what = GENERATE(linchpin::drift_kind::replaced, linchpin::drift_kind::detached);
  scene host;
  fake_kernel kernel{host};
  auto edge = open<under<TestType>>(kernel);
  must(edge.apply({host.one("a", 1), host.one("b", 2)}));
  take_away(host, edge, "a", what);
  must(edge.apply({host.one("b", 2)}));
  CHECK(host.names(edge) == names{"b"});
  check_settled(edge, {host.one("b", 2)});
}

TEST_CASE("a drift policy may refuse", "[engine][decide][drift]") {
  const auto what = GENERATE(linchpin::drift_kind::replaced, linchpin::drift_kind::detached);
  scene host;
  fake_kernel kernel{host};
  auto edge = open<under<only_ours_at_a>>(kernel);
  const std::vector desired{host.one("a", 1), host.one("b", 2)};
  must(edge.apply(desired));
  take_away(host, edge, "a", what);
  must(edge.apply(desired));
  take_away(host, edge, "b", what);
  const auto told = refused(edge.plan(desired));
  INFO(told.message());
  CHECK(told.is(errc::refused));
  CHECK(told.found() == (what == linchpin::drift_kind::detached ? "guard_in at eth0 was detached"
                                                                : "guard_in at eth0 was replaced"));
}

namespace {

struct ephemeral_reporting : ordered {
  using update_strategy = linchpin::update::recreate;
  using lifetime = linchpin::lifetime::ephemeral;
  using drift = linchpin::drift::report;
};

}  // namespace

TEST_CASE("what a change could not put back is no drift", "[engine][drift]") {
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<ephemeral_reporting>(kernel);
  must(edge.apply({guide()}));
  kernel.arm({.nth = 1,
              .only = verb::attach,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EIO, "attach", "tcx_ingress eth0")});
  const auto told = refused(edge.apply({guide(bpf_objects::guide_v2())}, 1));
  INFO(told.message());
  CHECK(host.run(host.ingress("eth0")).empty());
  kernel.disarm();
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({guide()}));
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  check_settled(edge, {guide()});
  // What somebody takes away afterwards is left so, as the policy says.
  const auto link = status_of(edge, "guide").attachments.front().id.link;
  const auto theirs = must(host.replace_program(link, "theirs"));
  must(edge.apply({guide()}));
  CHECK(host.run(host.ingress("eth0")) == std::vector{theirs});
}

TEST_CASE("a hook that is left to others keeps the program of its own generation on record",
          "[engine][drift]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<under<linchpin::drift::yield>>(kernel);
  const auto guarded = [](std::span<const std::byte> object, const char* program) {
    linchpin::desired_component made{"guard", elf(object)};
    made.attach(program, linchpin::hook::tcx_ingress{"eth0"});
    return made;
  };
  must(edge.apply({guarded(bpf_objects::guard(), "guard_in")}));
  must(host.replace_program(status_of(edge, "guard").attachments.front().id.link, "theirs"));
  must(edge.apply({guarded(bpf_objects::guard_renamed(), "guard_entry")}));
  const auto seen = must(edge.observe());
  REQUIRE(seen.components.size() == 1);
  const auto& record = seen.components.front().record->attachments.front();
  CHECK(record.program == "guard_in");
  CHECK(record.generation.value == 1);
}
