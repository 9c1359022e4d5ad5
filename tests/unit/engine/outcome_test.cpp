// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "scene.hpp"

// An error tells why it happened and what is left of it, through every layer.

using namespace engine_test;
using linchpin::errc;
using linchpin::outcome;

TEST_CASE("what a plan refuses was not tried", "[engine][outcome]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component made{"guard", elf(bpf_objects::guard())};
  made.attach("gaurd_in", linchpin::hook::tcx_ingress{"eth0"});
  const auto told = refused(edge.plan({made}));
  CHECK(told.is(errc::not_found));
  CHECK(told.is(outcome::nothing_tried));
}

TEST_CASE("a list that happens to be empty removes nothing", "[engine][outcome]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  // Where nothing runs there is nothing to ask about.
  CHECK(must(edge.plan(std::vector<linchpin::desired_component>{})).empty());
  must(edge.apply({guard(), guide()}));
  const auto before = host.text();
  const std::vector<linchpin::desired_component> none;
  for (const auto& told : {refused(edge.plan(none)), refused(edge.plan({}))}) {
    INFO(told.message());
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.is(outcome::nothing_tried));
    CHECK(told.found() == "an empty list, which would remove all 2 components");
    CHECK(told.still_running() == "guard generation 1, guide generation 1, as before");
  }
  CHECK(refused(edge.apply(none)).is(errc::invalid_argument));
  CHECK(host.text() == before);
  CHECK(must(edge.plan(linchpin::nothing)).removed().size() == 2);
  must(edge.apply(linchpin::nothing));
  CHECK(must(edge.status()).components.empty());
}

TEST_CASE("a plan that was overtaken was not tried", "[engine][outcome]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto plan = must(edge.plan({guard()}));
  must(edge.apply({guide()}));
  const auto told = refused(edge.apply(plan));
  CHECK(told.is(errc::conflict));
  CHECK(told.is(outcome::nothing_tried));
  CHECK(told.retryable());
}

TEST_CASE("a program that the verifier refuses is rejected, and the rest rolled back",
          "[engine][outcome]") {
  machine host;
  host.reject_program("guard_in", "R1 invalid mem access 'scalar'");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto told = refused(edge.apply({guard()}));
  INFO(told.message());
  CHECK(told.is(errc::rejected));
  CHECK(told.is(outcome::rolled_back));
  CHECK(told.log() == "R1 invalid mem access 'scalar'");
}

TEST_CASE("when undoing fails as well, both causes are told and neither is the kernel's word",
          "[engine][outcome]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({guard()}));
  faulty.arm({.nth = 4,
              .only = verb::update,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EMFILE, "update", "xdp eth0")});
  const auto told = refused(edge.apply({guard(bpf_objects::guard_v2())}));
  INFO(told.message());
  CHECK(told.is(errc::too_many_files));
  CHECK(told.is(outcome::stranded));
  CHECK_FALSE(told.retryable());
  CHECK(told.log().empty());
  CHECK(told.and_then().starts_with("undoing failed too: "));
  CHECK(told.message().find("kernel said") == std::string::npos);
}
