// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "scene.hpp"

// What is taken out before something comes into its place.

using namespace engine_test;

TEST_CASE("what is replaced with a gap stays where somebody changed its chain since it was planned",
          "[engine][strategy]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_with_gap>(kernel);
  must(edge.apply({host.one("gate", 1), host.one("next", 2)}));
  const auto plan =
      must(edge.plan({host.one("gate", 1, bpf_objects::guard_v2()), host.one("next", 2)}));
  host.stranger("late");
  const auto ran = host.run(host.at());
  kernel.reset_calls();
  const auto told = refused(edge.apply(plan));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.retryable());
  CHECK(kernel.calls().of(verb::detach) == 0);
  CHECK(host.run(host.at()) == ran);
}

TEST_CASE("what is put back behind others at a hook that only appends is told",
          "[engine][strategy]") {
  scene host{place::cgroup};
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<ordered_with_gap>(faulty);
  must(edge.apply({host.one("gate", 1), host.one("next", 2)}));
  faulty.arm({.nth = 2, .only = verb::attach});
  const auto told = refused(edge.apply({host.one("gate", 1, bpf_objects::guard_v2()),
                                        host.one("next", 2, bpf_objects::guard_v2())}));
  INFO(told.message());
  CHECK(told.is(linchpin::outcome::rolled_back));
  faulty.disarm();
  CHECK(host.names(edge) == names{"next", "gate"});
  CHECK(told.still_running().find("this hook only appends") != std::string::npos);
}
