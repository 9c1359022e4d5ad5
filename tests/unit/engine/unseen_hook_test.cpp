// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "inhabited.hpp"

// Components with a hook in a network namespace that nobody finds any more, and another hook: what
// cannot be looked at holds up nothing but itself.

using namespace engine_test;

namespace {

// A filter in the other namespace and one in the own, in either order.
linchpin::desired_component near_and_far(bool far_first,
                                         std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  if (far_first) made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", blue});
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  if (!far_first) made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", blue});
  return made;
}

// The process is killed as soon as a call of one kind has taken effect so many times.
void apply_until_killed(fake_kernel& kernel, linchpin::orchestrator_core& edge, verb which, int nth,
                        const linchpin::desired_component& wanted) {
  during kills{which, nth, [&] { kernel.kill(); }};
  kernel.observe(&kills);
  CHECK_FALSE(edge.apply({wanted}).has_value());
  REQUIRE(kills.happened);
}

}  // namespace

TEST_CASE(
    "killed at a first start, a service takes its own hook back though the other one's network "
    "namespace has ended",
    "[engine][netns][recovery]") {
  const bool far_first = GENERATE(false, true);
  CAPTURE(far_first);
  inhabited_space host{place::clsact};
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    apply_until_killed(kernel, edge, verb::attach, 2, near_and_far(far_first));
  }
  REQUIRE(host.run(host.at()).size() == 1);
  REQUIRE(host.running_there() == 1);
  host.lose_path();
  host.leave_netns(host.inode);
  fake_kernel kernel{host};
  auto edge = open(kernel);
  CHECK(host.run(host.at()).empty());
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({host.one("near")}));
  CHECK(host.run(host.at()).size() == 1);
}

TEST_CASE(
    "killed at an upgrade, a service puts its own hook back though the other one's network "
    "namespace has ended",
    "[engine][netns][recovery]") {
  const bool far_first = GENERATE(false, true);
  CAPTURE(far_first);
  inhabited_space host{place::clsact};
  fake_kernel first{host};
  must(open(first).apply({near_and_far(far_first)}));
  const auto former = host.run(host.at());
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    apply_until_killed(kernel, edge, verb::update, 2,
                       near_and_far(far_first, bpf_objects::guard_v2()));
  }
  REQUIRE(host.run(host.at()) != former);
  host.lose_path();
  SECTION("for ever") {
    host.leave_netns(host.inode);
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(host.run(host.at()) == former);
    CHECK_FALSE(must(edge.status()).healthy());
  }
  SECTION("for a while") {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(host.run(host.at()) == former);
    host.find_path();
    check_settled(edge, {near_and_far(far_first)});
    CHECK(host.running_there() == 1);
  }
}

TEST_CASE("a filter that cannot be undone leaves no other component half undone",
          "[engine][netns][rollback]") {
  // Attached before the gate, and after it.
  const auto* const other = GENERATE("area", "near");
  CAPTURE(other);
  inhabited_space host{place::clsact};
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  during loses{verb::attach, 2, [&] {
                 host.lose_path();
                 faulty.arm({.only = verb::write_blob});  // the commit
               }};
  kernel.observe(&loses);
  CHECK(refused(edge.apply({host.one(other), far_gate()})).is(linchpin::outcome::stranded));
  kernel.observe(nullptr);
  REQUIRE(loses.happened);
  CHECK(host.run(host.at()).empty());
  host.find_path();
  CHECK(host.running_there() == 1);
  must(edge.apply(linchpin::nothing));
  CHECK(host.running_there() == 0);
  CHECK(host.programs().empty());
}

TEST_CASE("a filter that cannot be ended leaves no other hook of its component running",
          "[engine][netns]") {
  const bool far_first = GENERATE(false, true);
  CAPTURE(far_first);
  inhabited_space host{place::clsact};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({near_and_far(far_first)}));
  const auto plan = must(edge.plan(linchpin::nothing));
  host.lose_path();
  CHECK(refused(edge.apply(plan)).is(linchpin::outcome::stranded));
  CHECK(host.run(host.at()).empty());
  host.find_path();
  CHECK(host.running_there() == 1);
  must(edge.apply(linchpin::nothing));
  CHECK(host.running_there() == 0);
  CHECK(host.programs().empty());
}
