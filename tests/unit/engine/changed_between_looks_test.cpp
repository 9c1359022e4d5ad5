// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "scene.hpp"

// A plan looks at each attachment, then at its chain. Somebody may come in between.

using namespace engine_test;

TEST_CASE("a link that somebody updates between two looks of a plan is not forgotten",
          "[engine][order]") {
  scene host{place::cgroup};
  const auto object = GENERATE(0, 1) == 0 ? bpf_objects::guard() : bpf_objects::guard_v2();
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  must(edge.apply({host.one("one", 1), host.one("two", 2)}));
  const std::vector desired{host.one("one", 1, object), host.one("two", 2, object)};
  const auto link = what_stands(edge, "one").begin()->second.first;
  during intruder{verb::describe_link, 1, [&] { must(host.replace_program(link, "theirs")); }};
  kernel.observe(&intruder);
  const auto made = edge.plan(desired);
  kernel.observe(nullptr);
  REQUIRE(intruder.happened);
  REQUIRE_FALSE(made);
  INFO(made.error().message());
  CHECK(made.error().is(linchpin::errc::conflict));
  CHECK(made.error().retryable());
  must(edge.apply(desired));
  check_settled(edge, desired);
  CHECK(host.names(edge) == names{"one", "two"});
}
