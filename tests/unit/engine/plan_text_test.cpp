// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

using namespace engine_test;
using linchpin::testing::fake_kernel;

TEST_CASE("a plan says what, why, and which policy decided", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  CHECK(must(edge.plan({guide()})).text() ==
        "guide: generation 1, first start\n"
        "  map         stages: fresh\n"
        "  map         .rodata: fresh\n"
        "  attach      guide_in at tcx_ingress eth0 (tcx link): first start\n");
  must(edge.apply({guide()}));
  CHECK(must(edge.plan({guide()})).text() ==
        "guide: generation 1, nothing to do\n"
        "nothing to do\n");

  auto next = guide();
  next.attach("guide_in", linchpin::hook::tcx_ingress{"eth1"});
  CHECK(must(edge.plan({next})).text() ==
        "guide: generation 1\n"
        "  attach      guide_in at tcx_ingress eth1 (tcx link): not attached here yet\n");
  CHECK(must(edge.plan({})).text() == "guide: removed, no longer asked for\n");

  const auto upgrade = must(edge.plan({guide(bpf_objects::guide_v2())})).text();
  INFO(upgrade);
  CHECK(upgrade.starts_with("guide: generation 1 -> 2\n  because     object changed: "));
  CHECK(
      upgrade.ends_with("  map         stages: fresh  [a live tail-call array is never refilled]\n"
                        "  map         .rodata: fresh  [globals belong to one generation]\n"
                        "  update      guide_in at tcx_ingress eth0 (tcx link): its program changes"
                        "  [update.in_place/1]\n"));
}
