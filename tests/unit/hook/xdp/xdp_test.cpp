// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "../facts.hpp"

using namespace linchpin;

static_assert(typed_hook<hook::xdp>);
static_assert(hook_with_ways<hook::xdp>);

TEST_CASE("an XDP hook reads as its family and its interface", "[hook]") {
  CHECK(any_hook{hook::xdp{"eth0"}}.text() == "xdp eth0");
  CHECK(agrees_with_its_family(hook::xdp{"eth0"}));
  CHECK(agrees_with_its_family(hook::xdp{"eth0"}.native()));
}

TEST_CASE("xdp prefers the driver and can be narrowed to either mode", "[hook]") {
  const any_hook either = hook::xdp{"eth0"};
  REQUIRE(either.mechanisms().size() == 2);
  CHECK(either.mechanisms()[0] == hook::xdp_native);
  CHECK(either.mechanisms()[1] == hook::xdp_generic);

  const any_hook native = hook::xdp{"eth0"}.native();
  REQUIRE(native.mechanisms().size() == 1);
  CHECK(native.mechanisms()[0] == hook::xdp_native);

  const any_hook generic = hook::xdp{"eth0"}.generic();
  REQUIRE(generic.mechanisms().size() == 1);
  CHECK(generic.mechanisms()[0] == hook::xdp_generic);
}

TEST_CASE("xdp takes one program, in either mode", "[hook]") {
  const hook_abilities one{
      update_ability::compare_and_swap, order_ability::none, true, true, true, false, true, 1};
  CHECK(hook::xdp_family.abilities(hook::xdp_native, facts_of_everything()) == one);
  CHECK(hook::xdp_family.abilities(hook::xdp_generic, facts_of_everything()) == one);
}

TEST_CASE("a hook of XDP takes the way of its component, and other hooks stay as they are",
          "[hook]") {
  const auto narrowed = in_ways<hook::xdp_way::generic>(hook::xdp{"eth0"});
  REQUIRE(narrowed.mechanisms().size() == 1);
  CHECK(narrowed.mechanisms()[0] == hook::xdp_generic);
  CHECK(in_ways<>(hook::xdp{"eth0"}).mechanisms().size() == 2);
  CHECK(in_ways<hook::xdp_way::native>(hook::xdp{"eth0"}.native()).mechanisms().size() == 1);
  CHECK(in_ways<hook::xdp_way::native>(hook::tcx_ingress{"eth0"}).mechanisms().size() == 2);
}

TEST_CASE("the errno of a driver that cannot do XDP steps down to generic XDP",
          "[kernel][driver]") {
  CHECK(condition_at(hook::xdp_native, EEXIST) == errc::busy);
  CHECK(condition_at(hook::xdp_native, EBUSY) == errc::busy);
  CHECK(condition_at(hook::xdp_native, EOPNOTSUPP) == errc::unsupported);
  CHECK(condition_at(hook::xdp_native, ERANGE) == errc::unsupported);
  CHECK(condition_at(hook::xdp_native, ENOSPC) == errc::unsupported);
}
