// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../kernel/link_walk.hpp"

using namespace linchpin;

TEST_CASE("an XDP link attaches, swaps and detaches, in both modes", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  auto at = live::xdp_at(kernel, "lpk0");
  live::walk_through(kernel, {at, live::xdp_program});
  at.how = hook::xdp_generic;
  live::walk_through(kernel, {at, live::xdp_program});
}

TEST_CASE("an interface refuses a second XDP program, in either mode, and says who is there",
          "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto xdp_one = live::xdp_program(kernel, "lpk_holder");
  const auto xdp_two = live::xdp_program(kernel, "lpk_second");
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto held = kernel.attach(at, xdp_one.ref(), {}).value();
  const auto refused = kernel.attach(at, xdp_two.ref(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::busy));
  CHECK(refused.error().found().find("lpk_holder") != std::string_view::npos);
  auto generic = at;
  generic.how = hook::xdp_generic;
  const auto other_mode = kernel.attach(generic, xdp_two.ref(), {});
  REQUIRE_FALSE(other_mode);
  CHECK(other_mode.error().is(errc::busy));
}

TEST_CASE("attaching XDP waits for a link that was just let go of", "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto program = live::xdp_program(kernel, "lpk_again");
  for (int round = 0; round < 5; ++round) {
    // Pinned and unlinked: the kernel frees such a link later than it lets go of its id.
    auto held = kernel.attach(at, program.ref(), {});
    INFO((held ? "" : held.error().message()));
    REQUIRE(held);
    const auto path = box.bpffs() + "/link";
    REQUIRE(kernel.pin(held->link.ref(), path));
    held->link.reset();
    REQUIRE(kernel.remove_pin(path));
  }
}
